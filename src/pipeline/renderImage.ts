import path from 'node:path';
import { factsOf, markResult } from './marking';
import { probeImage, readImage, writeImage } from './media/images';
import { extensionOf, publish } from './media/output';
import { facesOfPicture } from './pictureFaces';
import { markXmp } from './provenance/xmp';
import { createScratchFolder, removeScratchFolder } from './media/segments';
import { processFrame, type OpenJob, type Rendered } from './swapVideo';

/** Swaps the faces of a still image and publishes it in the format of the output's extension. */
export async function renderImage(open: OpenJob): Promise<Rendered> {
  const { job, info, models, context, watch } = open;
  const frame = await readImage(info);
  const tracked = await watch.time('faces', () =>
    facesOfPicture(models, frame, { smallFaces: job.smallFaces }),
  );
  await watch.time('content check', () => open.content.still(frame, tracked.faces));
  const facesSwapped = await watch.time('swap', () => processFrame(tracked, open));
  context.onProgress({ stage: 'verify', frame: 1, total: 1, fps: 0 });
  const scratch = await createScratchFolder(job.output);
  context.onScratch(scratch);
  try {
    const extension = extensionOf(job.output);
    const written = path.join(scratch, `image${extension}`);
    const facts = factsOf(job, models.providers);
    const xmp = (original: string | undefined) => markXmp(facts, original);
    const { quality } = job.encoding;
    const solid = open.label?.rect;
    const warnings = await writeImage(frame, info, written, extension, { quality, xmp, solid });
    const marked = await watch.time('mark', () => markResult(open, facts, written));
    await watch.time('verify', () => probeImage(marked.file, 0));
    await publish(marked.file, job.output, job.overwrite);
    return { framesWithSwap: facesSwapped > 0 ? 1 : 0, facesSwapped, audio: 'none', warnings };
  } finally {
    await removeScratchFolder(scratch);
  }
}
