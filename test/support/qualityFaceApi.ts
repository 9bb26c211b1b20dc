import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Landmarks } from '../../src/pipeline/faces/face';
import { squareAroundLandmarks } from '../../src/pipeline/faces/geometry';
import { cropToTensor } from '../../src/pipeline/image/crop';
import type { FrameSource } from '../../src/pipeline/image/region';

const root = path.dirname(require.resolve('@vladmandic/face-api/package.json'));
const side = 150;

/** What is used of face-api (MIT) and the tfjs it brings. */
interface FaceApi {
  tf: {
    env(): { setPlatform(name: string, platform: object): void };
    setBackend(name: string): Promise<boolean>;
    ready(): Promise<void>;
    io: { decodeWeights(data: ArrayBuffer, specs: unknown[]): object };
    tensor3d(values: Float32Array, shape: [number, number, number]): { dispose(): void };
  };
  env: { setEnv(env: object): void };
  nets: {
    faceRecognitionNet: {
      loadFromWeightMap(weights: object): void;
      computeFaceDescriptor(input: object): Promise<Float32Array>;
    };
  };
}

/**
 * face-api's recogniser, which the product does not use and so cannot be tuned to please. Its browser bundle runs on
 * tfjs' plain JavaScript backend, about a second a face, because that needs nothing else installed.
 */
export class IndependentRecognizer {
  private constructor(private readonly api: FaceApi) {}

  static async open(): Promise<IndependentRecognizer> {
    const api = loadBundle();
    api.tf.env().setPlatform('plain', {
      isTypedArray: (value: unknown) => ArrayBuffer.isView(value),
      now: () => performance.now(),
      encode: (text: string) => new TextEncoder().encode(text),
      decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
    });
    await api.tf.setBackend('cpu');
    await api.tf.ready();
    // Never made: face-api only asks whether its input is one of them.
    const none = Map;
    const create = () => new none();
    api.env.setEnv({
      Canvas: none,
      CanvasRenderingContext2D: none,
      Image: none,
      ImageData: none,
      Video: none,
      createCanvasElement: create,
      createImageElement: create,
      createVideoElement: create,
    });
    const model = path.join(root, 'model', 'face_recognition_model');
    const manifest = JSON.parse(readFileSync(`${model}-weights_manifest.json`, 'utf8')) as {
      weights: unknown[];
    }[];
    const bytes = new Uint8Array(readFileSync(`${model}.bin`));
    const specs = manifest.flatMap(({ weights }) => weights);
    api.nets.faceRecognitionNet.loadFromWeightMap(api.tf.io.decodeWeights(bytes.buffer, specs));
    return new IndependentRecognizer(api);
  }

  /** 128 values; two pictures of a person are less than about 0.6 apart (Euclidean). */
  async describe(picture: FrameSource, landmarks: Landmarks): Promise<Float32Array> {
    const pixels = cropToTensor(picture, squareAroundLandmarks(landmarks, 1.25), side, { mul: 1, add: 0 });
    const tensor = this.api.tf.tensor3d(pixels, [side, side, 3]);
    const descriptor = await this.api.nets.faceRecognitionNet.computeFaceDescriptor(tensor);
    tensor.dispose();
    return descriptor;
  }
}

/** The bundle, told that it is neither in Node nor in a page: it would look for parts that are not there. */
function loadBundle(): FaceApi {
  const code = readFileSync(path.join(root, 'dist', 'face-api.js'), 'utf8');
  const names = ['process', 'require', 'document', 'window', 'self'];
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function(...names, `${code};return faceapi`) as (...values: unknown[]) => FaceApi;
  return run(undefined, undefined, undefined, globalThis, globalThis);
}
