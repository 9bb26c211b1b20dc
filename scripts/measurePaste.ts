import { fromBlob, signedScale, toBlob, unitScale } from '../src/pipeline/image/blob';
import { createFrame, type Frame, type Sampling } from '../src/pipeline/image/frame';
import { enhanceFace } from '../src/pipeline/processors/faceEnhancer/enhanceFace';
import { swapFace, type RunNetwork, type SwapPlan } from '../src/pipeline/processors/faceSwapper/swapFace';

/** Distance of the eyes in a face that is about 400 px high. */
const eyeDistance = 150;
const rounds = 200;

/** Five points of a face turned by 12 degrees in the middle of a 1080p frame. */
const points = [
  [-0.5, -0.3],
  [0.5, -0.3],
  [0, 0.27],
  [-0.41, 0.85],
  [0.41, 0.85],
].map(([x, y]): [number, number] => {
  const [c, s] = [Math.cos(0.2) * eyeDistance, Math.sin(0.2) * eyeDistance];
  return [960.3 + c * x - s * y, 540.7 + s * x + c * y];
});

/** Processor time of everything around the networks for one face: crop, blob, mask, paste. */
async function main(): Promise<void> {
  const plan: SwapPlan = {
    template: 'arcface_128',
    networkSize: 128,
    size: 128,
    way: 'insightface',
    base: 'insightface',
    maskBlur: 0.3,
    maskPadding: [0, 0, 0, 0],
    strength: 1,
  };
  const enhancing = { template: 'ffhq_512', size: 512, maskBlur: 0.3, blend: 0.8 } as const;
  console.log(`One face of about 400 px (eyes ${eyeDistance} px apart), ${rounds} rounds, ms of one core\n`);
  for (const sampling of ['420', 'rgb'] as const) {
    const frame = noisyFrame(sampling);
    const memory = (size: number) => new Float32Array(3 * size * size);
    const [small, large, smallFace, largeFace] = [128, 512, 128, 512].map(memory);
    // The network itself is left out: its input is taken for its output.
    const swap: RunNetwork = (crop) =>
      Promise.resolve(fromBlob(toBlob(crop, unitScale, small), 128, unitScale, 'cut', smallFace));
    const enhance: RunNetwork = (crop) =>
      Promise.resolve(fromBlob(toBlob(crop, signedScale, large), 512, signedScale, 'rounded', largeFace));
    await time(`${sampling}: swap at 128, insightface's mask`, () => swapFace(frame, points, plan, swap));
    const box: SwapPlan = { ...plan, way: 'facefusion', base: 'box' };
    await time(`${sampling}: swap at 128, box`, () => swapFace(frame, points, box, swap));
    await time(`${sampling}: enhance at 512`, () => enhanceFace(frame, points, enhancing, enhance));
  }
}

function noisyFrame(sampling: Sampling): Frame {
  const isRgb = sampling === 'rgb';
  const frame = createFrame({
    width: 1920,
    height: 1080,
    sampling,
    matrix: isRgb ? 'rgb' : 'bt709',
    range: isRgb ? 'full' : 'limited',
  });
  for (let i = 0; i < frame.data.length; i++) frame.data[i] = 60 + ((i * 7919) % 97);
  return frame;
}

/** Fastest and median: on a busy machine everything above the fastest is the neighbours. */
async function time(what: string, run: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < rounds / 4; i++) await run();
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  times.sort((a, b) => a - b);
  console.log(`${what.padEnd(42)} fastest ${times[0].toFixed(1)}  median ${times[rounds >> 1].toFixed(1)}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
