import { FaceSwapError } from '../../protocol/errors';
import type { FrameHint, Preview, PreviewFace, PreviewRequest } from '../../protocol/preview';
import type { PipelineContext } from '../context';
import type { TrackedFace } from '../faces/face';
import type { RgbImage } from '../image/region';
import { stepTo, toRgb } from '../image/toRgb';
import { toUpright } from '../image/upright';
import { throwIfCancelled } from '../media/childProcess';
import { openLabel } from '../media/label';
import { secondsOf, type MediaInfo } from '../media/mediaInfo';
import { uprightJpeg, uprightMask } from '../media/uprightPicture';
import { facesOfPicture } from '../pictureFaces';
import { processFaces } from '../processFaces';
import { Stopwatch } from '../progress';
import { faceLines } from './faceLines';
import { expectOf, forgetAll, restTarget, warmJob } from './warmJob';

/** Makes a change of one step in 255 visible in the mask, and a strong one white. */
const MASK_GAIN = 8;

/** So many frames have to be drawn before V8 has compiled everything; until then one takes twice as long. */
const PRACTICE = 3;
/** Networks without a GPU take longer for a frame, and somebody may ask for another one meanwhile. */
const PRACTICE_MS = 2000;
let drawn = 0;
/** Milliseconds that the last frame took. */
let took = 0;

let latest: AbortController | undefined;
/** Previews that somebody waits for. */
let awaited = 0;
/** Previews share what is open, so they come one after the other. */
let work: Promise<unknown> = Promise.resolve();

/**
 * One frame of a job before and after. What the job needs stays open for the next call, and a newer call makes those before it
 * `cancelled`. Throws what opening the job and reading the frame throw.
 */
export async function previewFrame(request: PreviewRequest, context: PipelineContext): Promise<Preview> {
  latest?.abort();
  const abort = (latest = new AbortController());
  const { signal } = abort;
  const stop = (): void => abort.abort();
  context.signal.addEventListener('abort', stop, { once: true });
  if (context.signal.aborted) stop();
  awaited++;
  const run = work.then(() => show(request, { ...context, signal }));
  work = run
    .then(({ frame }) => practise({ ...request, frame }, { ...context, signal }))
    .catch(() => undefined);
  try {
    return await run;
  } catch (error) {
    throw signal.aborted ? new FaceSwapError('cancelled') : error;
  } finally {
    awaited--;
    context.signal.removeEventListener('abort', stop);
  }
}

/** Somebody points at a frame and may want it next. It is no matter for those who wait for another one. */
export function expectFrame(hint: FrameHint): Promise<null> {
  if (awaited === 0) expectOf(hint);
  return Promise.resolve(null);
}

/**
 * Draws the same frame again for nobody, until somebody asks for one: the first ones that people wait for come as soon as all others.
 * What is done ahead of time goes on meanwhile.
 */
async function practise(request: PreviewRequest, context: PipelineContext): Promise<void> {
  while (drawn < PRACTICE && took < PRACTICE_MS) await show(request, context, true);
}

/** Nobody looks any more: ends what is done ahead of time after the preview under way; everything stays open. */
export async function restPreviews(): Promise<null> {
  work = work.then(restTarget);
  await work;
  return null;
}

/** Gives back everything that previews keep open; those under way become `cancelled`. */
export async function forgetPreviews(): Promise<null> {
  latest?.abort();
  work = work.then(forgetAll);
  await work;
  return null;
}

async function show(request: PreviewRequest, context: PipelineContext, isPractice = false): Promise<Preview> {
  const { job, frame: wanted, perPixel, pointed, maxWidth, mask: isMaskWanted } = request;
  const { signal } = context;
  throwIfCancelled(signal);
  const { info, models, selector, processors, cursor, content, passed } = await warmJob(request, context);
  throwIfCancelled(signal);
  const began = performance.now();
  const again = isPractice ? cursor.again(wanted) : undefined;
  const frame = again ?? (await cursor.frameAt(wanted, pointed ? perPixel : 0));
  throwIfCancelled(signal);
  const index = frame.index;
  // Of a picture turned on its side the height becomes the width.
  const across = info.rotation % 180 === 0 ? info.format.width : info.format.height;
  const step = stepTo(maxWidth, across);
  const { rotation } = info;
  const old = toRgb(frame, step);
  // Made while faces are looked for. Whoever stops before it is needed hears nothing of what becomes of it.
  const originalMade = uprightJpeg(old, rotation, maxWidth);
  originalMade.catch(() => undefined);
  const seen = await facesOfPicture(models, frame, { smallFaces: job.smallFaces, stopWhenSure: true });
  // People go to and fro, and change settings to see the same frame again.
  if (isPractice || !passed.has(index)) await content.check.still(frame, seen.faces);
  passed.add(index);
  throwIfCancelled(signal);
  const select = selector.fresh();
  const chosen = await select.select(seen);
  const label = await openLabel(job.label, info);
  await processFaces(frame, seen.faces, chosen, processors, new Stopwatch(), label);
  throwIfCancelled(signal);
  const now = toRgb(frame, step);
  const [original, swapped, mask] = await Promise.all([
    originalMade,
    uprightJpeg(now, rotation, maxWidth),
    isMaskWanted ? uprightMask(old, changes(old, now), rotation, maxWidth) : undefined,
  ]);
  if (!again) cursor.stockAround(index, perPixel, pointed);
  drawn++;
  took = performance.now() - began;
  const scale = original.width / info.displayWidth;
  return {
    frame: index,
    seconds: secondsOf(info, index),
    width: original.width,
    height: original.height,
    original: original.base64,
    swapped: swapped.base64,
    mask: mask?.base64 ?? '',
    faces: seen.faces.map((face): PreviewFace => {
      const person = select.personOf(face.trackId);
      return {
        ...shapeOf(face, info, scale),
        swapped: chosen.some(({ trackId, strength }) => trackId === face.trackId && strength > 0),
        ...(person !== undefined && { person }),
      };
    }),
  };
}

/** How much each pixel has changed. */
function changes(before: RgbImage, after: RgbImage): Uint8Array {
  const alpha = new Uint8Array(before.width * before.height);
  const [a, b] = [before.data, after.data];
  for (let i = 0, p = 0; i < alpha.length; i++, p += 3) {
    const most = Math.max(
      Math.abs(a[p] - b[p]),
      Math.abs(a[p + 1] - b[p + 1]),
      Math.abs(a[p + 2] - b[p + 2]),
    );
    alpha[i] = Math.min(255, most * MASK_GAIN);
  }
  return alpha;
}

/** Box and lines of a face in the picture as it is shown. */
function shapeOf(
  { box, landmarks }: TrackedFace,
  info: MediaInfo,
  scale: number,
): Pick<PreviewFace, 'box' | 'lines'> {
  const place = (x: number, y: number): [number, number] => {
    const [upX, upY] = toUpright(x, y, info.format, info.rotation);
    return [round(upX * scale), round(upY * scale)];
  };
  const [x0, y0] = place(box.x, box.y);
  const [x1, y1] = place(box.x + box.width, box.y + box.height);
  return {
    box: {
      x: Math.min(x0, x1),
      y: Math.min(y0, y1),
      width: round(Math.abs(x1 - x0)),
      height: round(Math.abs(y1 - y0)),
    },
    lines: faceLines.map((points) => points.flatMap((p) => place(landmarks[p * 3], landmarks[p * 3 + 1]))),
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
