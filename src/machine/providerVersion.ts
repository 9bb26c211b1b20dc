import { createReadStream } from 'node:fs';

/** Whether a library holds a version as a text of its own, as the CUDA provider holds that of its onnxruntime. */
export async function saysVersion(file: string, version: string): Promise<boolean> {
  const text = Buffer.from(`\0${version}\0`, 'latin1');
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const piece = Buffer.concat([tail, chunk]);
    if (piece.includes(text)) return true;
    tail = piece.subarray(-text.length);
  }
  return false;
}
