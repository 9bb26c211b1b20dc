/** Buffers that grow to the largest face and are used again for every face. What they hold is left over. */
export class Scratch {
  private readonly buffers = new Map<string, Float32Array>();

  take(name: string, length: number): Float32Array {
    let buffer = this.buffers.get(name);
    if (!buffer || buffer.length < length) {
      buffer = new Float32Array(Math.ceil(length * 1.2));
      this.buffers.set(name, buffer);
    }
    return buffer;
  }
}
