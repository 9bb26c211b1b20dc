/** What is told of an analysis while it is under way is cut in as many parts of equal length. */
const PARTS = 256;

/** The most faces seen at one time in each part of the target so far. */
export class Glance {
  readonly parts: number[] = [];

  constructor(private readonly frames: number) {}

  add(frame: number, faces: number): void {
    // Of a target shorter than that, a frame fills several parts.
    const first = Math.floor((frame * PARTS) / this.frames);
    const last = Math.max(first, Math.ceil(((frame + 1) * PARTS) / this.frames) - 1);
    for (let part = first; part <= last; part++) this.parts[part] = Math.max(this.parts[part] ?? 0, faces);
  }
}
