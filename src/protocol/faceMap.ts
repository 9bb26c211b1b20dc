/** A face of the target by where it is: robust against other detectors, and readable in a job file. */
export interface FacePlace {
  /** 0-based; 0 for a picture. */
  frame: number;
  /** Centre of the face's box in pixels of the upright picture, x to the right, y down. */
  x: number;
  y: number;
}

/** A photo of a new face. */
export interface SourcePhoto {
  /** Absolute path. */
  file: string;
  /** Which face of the photo, from left to right, 0-based; the largest one when absent. */
  face?: number;
}

/** One person of the target, and whose face that person gets. */
export interface PersonAssignment {
  /** Faces that show this person; more than one where tracks have been merged. The nearest in embedding counts. */
  faces: FacePlace[];
  /** Photos of one new face; none leaves the person as it is. */
  sources: SourcePhoto[];
}
