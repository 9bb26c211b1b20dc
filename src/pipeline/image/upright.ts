/** Degrees clockwise that bring a picture upright. */
export type Rotation = 0 | 90 | 180 | 270;

/** Where a point of a picture of `width` × `height` lies once it has been turned upright. */
export function toUpright(
  x: number,
  y: number,
  { width, height }: { width: number; height: number },
  rotation: Rotation,
): [number, number] {
  if (rotation === 90) return [height - y, x];
  if (rotation === 180) return [width - x, height - y];
  return rotation === 270 ? [y, width - x] : [x, y];
}

/** Reverse of `toUpright`; `width` and `height` are those of the picture before it is turned. */
export function fromUpright(
  x: number,
  y: number,
  { width, height }: { width: number; height: number },
  rotation: Rotation,
): [number, number] {
  if (rotation === 90) return [y, height - x];
  if (rotation === 180) return [width - x, height - y];
  return rotation === 270 ? [width - y, x] : [x, y];
}
