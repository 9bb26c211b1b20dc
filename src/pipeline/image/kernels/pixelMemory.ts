import { areaKernel } from './area';
import { assemble } from './assembler';
import { blendKernel } from './blend';
import { blurRowsKernel } from './blurRows';
import { blurColumnsKernel } from './boxBlur';
import {
  addBytesKernel,
  limitColours,
  limitColoursWhole,
  matrixInPlace,
  matrixToBytes,
  planesKernel,
} from './colours';
import { linearKernel, productKernel, quotientKernel, runMeansKernel } from './cells';
import { copyRowsKernel, rowEndsKernel, widenRowsKernel } from './copyRows';
import { detailKernel, meansKernel, sharesKernel } from './detail';
import { displaceKernel } from './displace';
import { everyThirdKernel, halveRowsKernel } from './halve';
import { drawExactKernel, drawRowsKernel } from './mesh';
import { sampleKernel } from './sampling';
import { scanKernel } from './scan';
import { spreadKernel } from './spread';
import { rgbTensorKernel, yuvTensorKernel } from './tensor';
import { warpKernel } from './warp';
import { warpBytesKernel } from './warpBytes';

const kernels = {
  blend1: blendKernel(1),
  blend2: blendKernel(2),
  blend3: blendKernel(3),
  blendRounded3: blendKernel(3, true),
  mix3: blendKernel(3, false, true),
  mixRounded3: blendKernel(3, true, true),
  blurColumns: blurColumnsKernel,
  blurRow: blurRowsKernel,
  copyRows: copyRowsKernel,
  drawRows: drawRowsKernel,
  drawExact1: drawExactKernel(1),
  drawExact2: drawExactKernel(2),
  displaceRow: displaceKernel,
  shares: sharesKernel,
  blendDetail: detailKernel,
  means: meansKernel,
  sampleRow: sampleKernel,
  scan: scanKernel,
  warpRow: warpKernel,
  warp1: warpBytesKernel(1),
  warp2: warpBytesKernel(2),
  warp3: warpBytesKernel(3),
  spreadRow: spreadKernel,
  widenRows: widenRowsKernel,
  rowEnds: rowEndsKernel,
  halveRows: halveRowsKernel,
  areaRow3: areaKernel(9),
  areaRow4: areaKernel(16),
  everyThird: everyThirdKernel,
  rgbTensor: rgbTensorKernel,
  yuvTensor: yuvTensorKernel,
  addBytes: addBytesKernel,
  runMeans: runMeansKernel,
  linear: linearKernel,
  product: productKernel,
  quotient: quotientKernel,
  matrixInPlace,
  matrixToBytes,
  bytesToPlanes: planesKernel,
  limitColours,
  limitColoursWhole,
};

/** Kernels work on four or eight values at a time and may write so many beyond the end. */
export const SPARE = 8;

type Calls = { readonly [N in keyof typeof kernels]: (...values: number[]) => void };

/**
 * The memory that kernels work in and the kernels themselves. A step takes what it needs, copies its pixels in, calls kernels
 * and copies the pixels out; then the next step may take the same memory. Addresses are bytes. Views are to be asked
 * for anew after taking, because the memory moves when it grows.
 */
export class PixelMemory {
  bytes: Uint8Array;
  floats: Float32Array;
  integers: Int32Array;
  doubles: Float64Array;
  readonly run: Calls;
  private readonly memory: WebAssembly.Memory;
  private used = 0;

  constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module);
    this.memory = exports['memory'] as WebAssembly.Memory;
    this.run = exports as unknown as Calls;
    this.bytes = new Uint8Array(this.memory.buffer);
    this.floats = new Float32Array(this.memory.buffer);
    this.integers = new Int32Array(this.memory.buffer);
    this.doubles = new Float64Array(this.memory.buffer);
  }

  /** Address of so many bytes that hold whatever was left there. */
  take(length: number): number {
    const address = this.used;
    this.used = Math.ceil((address + length) / 16) * 16;
    const missing = this.used - this.memory.buffer.byteLength;
    if (missing > 0) {
      this.memory.grow(Math.ceil(missing / 65536));
      this.bytes = new Uint8Array(this.memory.buffer);
      this.floats = new Float32Array(this.memory.buffer);
      this.integers = new Int32Array(this.memory.buffer);
      this.doubles = new Float64Array(this.memory.buffer);
    }
    return address;
  }

  /** All that was taken may be taken again. */
  clear(): void {
    this.used = 0;
  }
}

let compiled: WebAssembly.Module | undefined;
let common: PixelMemory | undefined;

/** The memory of this thread's short steps, cleared. */
export function pixelMemory(): PixelMemory {
  compiled ??= new WebAssembly.Module(assemble(kernels));
  common ??= new PixelMemory(compiled);
  common.clear();
  return common;
}
