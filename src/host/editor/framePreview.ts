import type { Host } from '../host';
import { asFaceSwapError, sentenceOf } from '../outcome';
import type { JobDocument } from './jobDocument';
import type { PreviewWish, ShownPreview } from './previewRequests';

/** A frame of a job before and after; the original alone while jobs run, which may need the memory, and where there is no swap to show. */
export async function framePreview(
  host: Host,
  document: JobDocument,
  wish: PreviewWish,
  closed: AbortSignal,
): Promise<ShownPreview> {
  if (host.isBusy) return original(host, document, wish);
  const { frame, perPixel, pointed, maxWidth, mask } = wish;
  const wanted = { frame, perPixel, pointed, maxWidth, mask };
  try {
    return { preview: await host.studio.preview({ job: document.toJob(), ...wanted }, closed) };
  } catch (error) {
    const known = asFaceSwapError(error);
    // What somebody may not see swapped is not shown by this panel at all.
    if (known.code === 'content-refused' || closed.aborted) throw error;
    const shown = await original(host, document, wish);
    // That a job has begun, or that something is still missing, the panel tells by itself.
    const isTold = known.code === 'cancelled' || known.code === 'job-file-invalid';
    return isTold ? shown : { ...shown, problem: sentenceOf(known) };
  }
}

async function original(
  host: Host,
  document: JobDocument,
  { frame, maxWidth, seconds }: PreviewWish,
): Promise<ShownPreview> {
  const file = document.target();
  const { tools } = host.settings(file);
  const still = await host.studio.looker.call('still', { file, seconds, maxWidth, tools });
  const { jpegBase64, width, height } = still;
  const pictures = { width, height, original: jpegBase64, swapped: jpegBase64, mask: '' };
  return { preview: { frame, seconds, ...pictures, faces: [] }, unseen: true };
}
