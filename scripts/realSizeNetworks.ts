import { encodeOnnx, type Attribute, type OnnxNode, type OnnxTensor } from '../models/build/onnx';

/**
 * Networks of the layers and sizes of inswapper_128 (138 million numbers) and GFPGAN 1.4 (85 million), with weights from a fixed
 * seed: they cost what the originals cost and restore nobody. Layers by the originals' papers and published code (SimSwap's
 * generator with identity blocks; GFPGANv1Clean with channel multiplier 2), put down here from scratch.
 */
class Net {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  private state = 0x9e3779b9;

  /** Evenly spread around zero, so that a layer neither dies out nor explodes. */
  weights(shape: readonly number[], fanIn: number): string {
    const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
    const reach = Math.sqrt(3 / fanIn);
    for (let i = 0; i < data.length; i++) {
      // Marsaglia's xorshift.
      this.state ^= this.state << 13;
      this.state ^= this.state >>> 17;
      this.state ^= this.state << 5;
      data[i] = (reach * this.state) / 0x80000000;
    }
    return this.tensor('float32', shape, data);
  }

  filled(shape: readonly number[], value: number): string {
    const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(value);
    return this.tensor('float32', shape, data);
  }

  integers(values: readonly number[]): string {
    return this.tensor('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  tensor(type: OnnxTensor['type'], shape: readonly number[], data: OnnxTensor['data']): string {
    const name = `w${this.initializers.length}`;
    this.initializers.push({ name, type, shape, data });
    return name;
  }

  node(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
    output = '',
  ): string {
    const name = output === '' ? `v${this.nodes.length}` : output;
    this.nodes.push({ op, inputs, output: name, attributes });
    return name;
  }

  conv(x: string, from: number, to: number, kernel: number, stride = 1): string {
    const pad = kernel >> 1;
    const weights = this.weights([to, from, kernel, kernel], from * kernel * kernel);
    return this.node('Conv', [x, weights, this.filled([to], 0)], {
      kernel_shape: [kernel, kernel],
      pads: [pad, pad, pad, pad],
      strides: [stride, stride],
    });
  }

  dense(x: string, from: number, to: number): string {
    return this.node('Gemm', [x, this.weights([from, to], from), this.filled([to], 0)]);
  }

  leaky(x: string): string {
    return this.node('LeakyRelu', [x], { alpha: { float: 0.2 } });
  }

  resize(x: string, factor: number): string {
    const scales = this.tensor('float32', [4], Float32Array.of(1, 1, factor, factor));
    return this.node('Resize', [x, '', scales], { mode: 'linear' });
  }

  add(a: string, b: string): string {
    return this.node('Add', [a, b]);
  }

  multiply(a: string, b: string): string {
    return this.node('Mul', [a, b]);
  }
}

/** Six blocks of two convolutions with 1024 channels, each told the identity by scale and shift, hold most of its weights. */
export function inswapperSized(): Uint8Array {
  const net = new Net();
  const normalise = (x: string, channels: number) =>
    net.node('InstanceNormalization', [x, net.filled([channels], 1), net.filled([channels], 0)]);
  const told = (x: string): string => {
    const style = net.node('Reshape', [net.dense('source', 512, 2048), net.integers([1, 2048, 1, 1])]);
    const part = (from: number, to: number) =>
      net.node('Slice', [style, net.integers([from]), net.integers([to]), net.integers([1])]);
    return net.add(net.multiply(normalise(x, 1024), part(0, 1024)), part(1024, 2048));
  };
  let x = net.leaky(net.conv('target', 3, 128, 7));
  x = net.leaky(net.conv(x, 128, 256, 3, 2));
  x = net.leaky(net.conv(x, 256, 512, 3, 2));
  x = net.leaky(net.conv(x, 512, 1024, 3));
  for (let block = 0; block < 6; block++) {
    const inner = net.node('Relu', [told(net.conv(x, 1024, 1024, 3))]);
    x = net.add(x, told(net.conv(inner, 1024, 1024, 3)));
  }
  x = net.leaky(net.conv(normalise(x, 1024), 1024, 512, 3));
  x = net.leaky(net.conv(net.resize(x, 2), 512, 256, 3));
  x = net.leaky(net.conv(net.resize(x, 2), 256, 128, 3));
  const face = net.node('Tanh', [net.conv(normalise(x, 128), 128, 3, 7)]);
  const half = net.filled([1], 0.5);
  net.node('Add', [net.multiply(face, half), half], {}, 'output');
  // The map of the embedding is the last one in the original as well.
  net.weights([512, 512], 512);
  return encodeOnnx({
    name: 'inswapper_128 in size',
    nodes: net.nodes,
    initializers: net.initializers,
    inputs: [
      { name: 'target', shape: [1, 3, 128, 128] },
      { name: 'source', shape: [1, 512] },
    ],
    outputs: [{ name: 'output', shape: [1, 3, 128, 128] }],
  });
}

/** Channels by the side of the picture: of the encoder and its mirror, and of the generator. */
const encoder: Record<number, number> = {
  4: 256,
  8: 256,
  16: 256,
  32: 256,
  64: 256,
  128: 128,
  256: 64,
  512: 32,
};
const generator: Record<number, number> = {
  4: 512,
  8: 512,
  16: 512,
  32: 512,
  64: 512,
  128: 256,
  256: 128,
  512: 64,
};
const sides = [8, 16, 32, 64, 128, 256, 512];

/** A U-net that finds style and spatial hints, and StyleGAN's generator that follows them, up to 512 × 512. */
export function gfpganSized(): Uint8Array {
  const net = new Net();
  const block = (x: string, from: number, to: number, factor: number): string => {
    const inner = net.resize(net.leaky(net.conv(x, from, from, 3)), factor);
    return net.add(net.leaky(net.conv(inner, from, to, 3)), net.conv(net.resize(x, factor), from, to, 1));
  };
  let x = net.leaky(net.conv('input', 3, encoder[512], 1));
  const skips: Record<number, string> = {};
  for (const side of [...sides].reverse()) {
    x = block(x, encoder[side], encoder[side / 2], 0.5);
    skips[side / 2] = x;
  }
  x = net.leaky(net.conv(x, 256, 256, 3));
  const flat = net.node('Reshape', [x, net.integers([1, 4096])]);
  const styles = net.node('Reshape', [net.dense(flat, 4096, 16 * 512), net.integers([16, 512])]);
  const hints: Record<number, [string, string]> = {};
  for (const side of sides) {
    x = block(net.add(x, skips[side / 2]), encoder[side / 2], encoder[side], 2);
    const hint = () =>
      net.conv(
        net.leaky(net.conv(x, encoder[side], encoder[side], 3)),
        encoder[side],
        generator[side] / 2,
        3,
      );
    hints[side] = [hint(), hint()];
  }
  const picture = generate(net, styles, hints);
  net.node('Tanh', [picture], {}, 'output');
  return encodeOnnx({
    name: 'GFPGAN 1.4 in size',
    nodes: net.nodes,
    initializers: net.initializers,
    inputs: [{ name: 'input', shape: [1, 3, 512, 512] }],
    outputs: [{ name: 'output', shape: [1, 3, 512, 512] }],
  });
}

function generate(net: Net, styles: string, hints: Record<number, [string, string]>): string {
  const tiny = net.filled([1], 1e-8);
  let row = 0;
  /** A convolution whose weights the style scales, brought back to length one. */
  const modulated = (x: string, from: number, to: number, kernel: number, demodulate: boolean): string => {
    const at = Math.min(row++, 15);
    const style = net.node('Slice', [styles, net.integers([at]), net.integers([at + 1]), net.integers([0])]);
    const scale = net.node('Reshape', [net.dense(style, 512, from), net.integers([1, from, 1, 1])]);
    let weights = net.multiply(net.weights([to, from, kernel, kernel], from * kernel * kernel), scale);
    if (demodulate) {
      const squares = net.node('ReduceSumSquare', [weights], { axes: [1, 2, 3], keepdims: 1 });
      weights = net.node('Div', [weights, net.node('Sqrt', [net.add(squares, tiny)])]);
    }
    const pad = kernel >> 1;
    return net.node('Conv', [x, weights], { kernel_shape: [kernel, kernel], pads: [pad, pad, pad, pad] });
  };
  let x = net.leaky(modulated(net.weights([1, 512, 4, 4], 1), 512, 512, 3, true));
  let picture = modulated(x, 512, 3, 1, false);
  for (const side of sides) {
    const channels = generator[side];
    x = net.leaky(modulated(net.resize(x, 2), generator[side / 2], channels, 3, true));
    // The hints are for one half of the channels.
    const part = (from: number, to: number) =>
      net.node('Slice', [x, net.integers([from]), net.integers([to]), net.integers([1])]);
    const [scale, shift] = hints[side];
    const hinted = net.add(net.multiply(part(channels / 2, channels), scale), shift);
    x = net.node('Concat', [part(0, channels / 2), hinted], { axis: 1 });
    x = net.leaky(modulated(x, channels, channels, 3, true));
    picture = net.add(net.resize(picture, 2), modulated(x, channels, 3, 1, false));
  }
  return picture;
}
