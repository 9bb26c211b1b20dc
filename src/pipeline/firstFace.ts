import type { OpenFaceModels } from './faceModels';
import { overlap } from './faces/boxes';
import { findFaces, type FoundFace, type SmallFaces } from './faces/find';
import type { Frame } from './image/frame';
import { FramePool } from './media/framePool';
import { openFrameReader } from './media/frameReader';
import type { MediaInfo } from './media/mediaInfo';
import type { MediaTools } from './media/tools';

/** Every how many frames somebody is looked for. */
const LOOK_EVERY = 5;

/** Overlap from which what two frames in a row show is one face. */
const SAME_FACE = 0.25;

/**
 * The first frame of a video, of those looked at, that shows a face; its number is its `index`, and it is the caller's to keep. The frame
 * after it must show the face as well: what looks like one in a cloud or a curtain does so for a moment only. Undefined where nobody is
 * seen. Throws what the reader throws.
 */
export async function firstWithFace(
  info: MediaInfo,
  tools: MediaTools,
  models: Pick<OpenFaceModels, 'detector' | 'landmarker'>,
  smallFaces: SmallFaces,
  signal?: AbortSignal,
): Promise<Frame | undefined> {
  const pool = new FramePool(info.format, 3);
  const reader = openFrameReader(info, tools, { pool, ...(signal ? { signal } : {}) });
  const look = (frame: Frame) => findFaces(models, frame, { smallFaces });
  let found: { frame: Frame; faces: FoundFace[] } | undefined;
  try {
    for (let frame = await reader.read(); frame; frame = await reader.read()) {
      if (found) {
        if (haveOneInCommon(found.faces, await look(frame))) break;
        pool.give(found.frame);
        found = undefined;
      }
      const faces = frame.index % LOOK_EVERY === 0 ? await look(frame) : [];
      if (faces.length > 0) found = { frame, faces };
      else pool.give(frame);
    }
    return found?.frame;
  } finally {
    await reader.close();
  }
}

const haveOneInCommon = (before: readonly FoundFace[], after: readonly FoundFace[]): boolean =>
  before.some((a) => after.some((b) => overlap(a.box, b.box) > SAME_FACE));
