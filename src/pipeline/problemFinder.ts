import type { JobProblem, ProblemKind } from '../protocol/problems';
import { overlap } from './faces/boxes';
import type { Box, TrackedFace } from './faces/face';
import { yawStrength } from './faces/strength';
import type { TrackedFrame } from './faces/tracker';
import { frameSeconds, secondsOf, type MediaInfo } from './media/mediaInfo';

/** Seconds from which on a stretch is worth telling. */
const LEAST: Record<ProblemKind, number> = {
  'no-face': 1,
  'low-confidence': 0.2,
  'turned-away': 0.2,
  'track-lost': 0,
};
/** Seconds of peace after which a problem that comes back is another one. */
const JOIN = 0.5;
/** Seconds after which a face that was lost is not waited for any more. */
const GIVE_UP = 2;
/** A problem that grows is told again about so often, in seconds of the film. */
const TELL_EVERY = 1;
/** Scores of landmarks; on faces that are seen well they are above 0.99. */
const DOUBTFUL = 0.9;
/** Strength that the pose leaves under which a face counts as turned away. */
const TURNED = 0.5;
/** How near to the border, as a share of its size, a face is on its way out of the picture. */
const BORDER = 0.3;

interface Run {
  kind: ProblemKind;
  person?: number;
  first: number;
  last: number;
  /** The last frame when it was told; −1 before. */
  told: number;
}

interface Lost {
  person?: number;
  box: Box;
  since: number;
}

/** Plain data, so that a job can go on from it. */
interface State {
  open: Run[];
  done: Run[];
  lost: Lost[];
  /** Chosen faces of the frame before. */
  before: { trackId: number; person?: number; box: Box }[];
}

/** Finds what may be wrong with stretches of a job's target as its frames go by in order, and tells of it at once. */
export class ProblemFinder {
  private state: State = { open: [], done: [], lost: [], before: [] };
  private readonly fps: number;

  constructor(
    private readonly info: MediaInfo,
    private readonly tell: (problem: JobProblem) => void = () => undefined,
  ) {
    const seconds = frameSeconds(info);
    this.fps = seconds > 0 ? 1 / seconds : 25;
  }

  /** Takes the next frame with its faces, and those of them that are to be swapped. */
  add({ frame: { index, format }, faces, startsScene }: TrackedFrame, chosen: readonly TrackedFace[]): void {
    if (faces.length === 0) this.mark('no-face', index);
    for (const { score, pose, person } of chosen) {
      if (score < DOUBTFUL) this.mark('low-confidence', index, person);
      if (yawStrength(pose.yaw) < TURNED) this.mark('turned-away', index, person);
    }
    this.follow(index, format, startsScene, faces, chosen);
    for (const run of this.state.open.filter(({ last }) => index - last > JOIN * this.fps)) this.close(run);
  }

  /** All problems so far, in the order of their first frames. */
  get problems(): JobProblem[] {
    const { done, open } = this.state;
    return [...done, ...open.filter((run) => this.isLong(run))]
      .sort((a, b) => a.first - b.first)
      .map((run) => this.problemOf(run));
  }

  /** No more frames will come. */
  finish(): JobProblem[] {
    for (const run of [...this.state.open]) this.close(run);
    return this.problems;
  }

  snapshot(): string {
    return JSON.stringify(this.state);
  }

  restore(snapshot: string): void {
    this.state = JSON.parse(snapshot) as State;
  }

  /** Chosen faces that are gone from one frame to the next, though no scene ended and they were not on their way out. */
  private follow(
    index: number,
    format: { width: number; height: number },
    startsScene: boolean,
    faces: readonly TrackedFace[],
    chosen: readonly TrackedFace[],
  ): void {
    const { state } = this;
    if (startsScene) state.lost = [];
    else {
      for (const { trackId, ...face } of state.before) {
        if (faces.some((one) => one.trackId === trackId) || isLeaving(face.box, format)) continue;
        state.lost.push({ ...face, since: index });
      }
    }
    state.lost = state.lost.filter(
      ({ box, person, since }) =>
        index - since < GIVE_UP * this.fps &&
        !chosen.some((one) => one.person === person && overlap(one.box, grown(box)) > 0.1),
    );
    for (const { person } of state.lost) this.mark('track-lost', index, person);
    state.before = chosen.map(({ trackId, person, box }) => ({
      trackId,
      box,
      ...(person !== undefined && { person }),
    }));
  }

  private mark(kind: ProblemKind, index: number, person?: number): void {
    const known = this.state.open.find((run) => run.kind === kind && run.person === person);
    const run: Run = known ?? {
      kind,
      ...(person !== undefined && { person }),
      first: index,
      last: index,
      told: -1,
    };
    if (!known) this.state.open.push(run);
    run.last = index;
    const isDue = run.told < 0 || index - run.told >= TELL_EVERY * this.fps;
    if (isDue && this.isLong(run)) this.tellOf(run);
  }

  private close(run: Run): void {
    this.state.open.splice(this.state.open.indexOf(run), 1);
    if (!this.isLong(run)) return;
    if (run.told !== run.last) this.tellOf(run);
    this.state.done.push(run);
  }

  private isLong({ kind, first, last }: Run): boolean {
    return last - first + 1 >= LEAST[kind] * this.fps;
  }

  private tellOf(run: Run): void {
    run.told = run.last;
    this.tell(this.problemOf(run));
  }

  private problemOf({ kind, person, first, last }: Run): JobProblem {
    const fromSeconds = secondsOf(this.info, first);
    const toSeconds =
      last + 1 < this.info.frames
        ? secondsOf(this.info, last + 1)
        : secondsOf(this.info, last) + frameSeconds(this.info);
    return { kind, first, last, fromSeconds, toSeconds, ...(person !== undefined && { person }) };
  }
}

function isLeaving({ x, y, width, height }: Box, frame: { width: number; height: number }): boolean {
  const [marginX, marginY] = [BORDER * width, BORDER * height];
  return (
    x < marginX || y < marginY || x + width > frame.width - marginX || y + height > frame.height - marginY
  );
}

const grown = ({ x, y, width, height }: Box): Box => ({
  x: x - width / 2,
  y: y - height / 2,
  width: 2 * width,
  height: 2 * height,
});
