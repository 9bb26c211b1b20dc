import path from 'node:path';
import type { TrackedFace } from './faces/face';
import { findFaces } from './faces/find';
import { yawStrength } from './faces/strength';
import { factsOf, markResult } from './marking';
import type { TrackedFrame } from './faces/tracker';
import { probeImage, readImage, writeImage } from './media/images';
import { extensionOf, publish } from './media/output';
import { markXmp } from './provenance/xmp';
import { createScratchFolder, removeScratchFolder } from './media/segments';
import { processFrame, type OpenJob, type Rendered } from './swapVideo';

/** Swaps the faces of a still image and publishes it in the format of the output's extension. */
export async function renderImage(open: OpenJob): Promise<Rendered> {
  const { job, info, models, context, watch } = open;
  const frame = await readImage(info);
  const found = await watch.time('faces', () => findFaces(models, frame, { smallFaces: job.smallFaces }));
  const faces = found.map(({ face }, i): TrackedFace => ({
    ...face,
    trackId: i,
    strength: yawStrength(face.pose.yaw),
  }));
  const tracked: TrackedFrame = {
    frame,
    faces,
    startsScene: true,
    views: (trackId) => [{ ...faces[trackId], frame }],
  };
  await watch.time('content check', () => open.content.still(frame, faces));
  const facesSwapped = await watch.time('swap', () => processFrame(tracked, open));
  context.onProgress({ stage: 'verify', frame: 1, total: 1, fps: 0 });
  const scratch = await createScratchFolder(job.output);
  context.onScratch(scratch);
  try {
    const extension = extensionOf(job.output);
    const written = path.join(scratch, `image${extension}`);
    const facts = factsOf(job, models.providers);
    const xmp = (original: string | undefined) => markXmp(facts, original);
    await writeImage(frame, info, written, extension, job.encoding.quality, xmp);
    const marked = await watch.time('mark', () => markResult(open, facts, written));
    await watch.time('verify', () => probeImage(marked, 0));
    await publish(marked, job.output, job.overwrite);
  } finally {
    await removeScratchFolder(scratch);
  }
  return { framesWithSwap: facesSwapped > 0 ? 1 : 0, facesSwapped, audio: 'none', warnings: [] };
}
