import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { templatePoints } from '../../src/pipeline/image/templates';
import { floatToHalf, toFloats } from '../../src/pipeline/inference/tensorTypes';
import { groupPhoto, loadRgb } from './facePhotos';
import {
  blendOver,
  boxMask,
  facefusionPaste,
  insightfaceMask,
  inverse,
  mapped,
  pasteBox,
  picture,
  similarity,
  warp,
  type Picture,
  type Point,
} from './plainOriginals';
import { enhancerStandIn, randomNumbers, swapperStandIn } from './swapperNetworks';

/** Where a face lies in a frame that is cut from a group photo; nothing asks whether there is one. */
interface Scene {
  id: string;
  photo: number;
  size: readonly [number, number];
  /** Distance of the eyes in pixels, turn in degrees, and the place between the eyes. */
  faces: readonly { eyes: number; turn: number; x: number; y: number }[];
  restored?: true;
}

const scenes: readonly Scene[] = [
  {
    id: 'large-turned',
    photo: 1,
    size: [470, 420],
    faces: [{ eyes: 120, turn: -37, x: 230, y: 170 }],
    restored: true,
  },
  { id: 'tiny', photo: 2, size: [121, 93], faces: [{ eyes: 14, turn: 8, x: 60, y: 40 }] },
  { id: 'fills-the-frame', photo: 4, size: [160, 200], faces: [{ eyes: 130, turn: 4, x: 90, y: 60 }] },
  {
    id: 'upside-down-in-a-corner',
    photo: 5,
    size: [301, 240],
    faces: [{ eyes: 60, turn: 176, x: 270, y: 30 }],
  },
  {
    id: 'overlapping',
    photo: 3,
    size: [400, 300],
    faces: [
      { eyes: 55, turn: 0, x: 140, y: 120 },
      { eyes: 60, turn: 15, x: 230, y: 140 },
    ],
  },
];

const run = async (model: Uint8Array, feeds: Record<string, ort.Tensor>): Promise<Float32Array> => {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    logSeverityLevel: 4,
  });
  const results = await session.run(feeds);
  const floats = Float32Array.from(toFloats(results[session.outputNames[0]]));
  await session.release();
  return floats;
};

/** [1, 3, height, width] of a picture, each level through `scale`. */
function blobOf({ width, height, data }: Picture, scale: (level: number) => number): Float32Array {
  const area = width * height;
  return Float32Array.from({ length: 3 * area }, (_, i) =>
    scale(data[(i % area) * 3 + Math.floor(i / area)]),
  );
}

function fromBlob(blob: Float32Array, size: number, scale: (value: number) => number): Picture {
  const area = size * size;
  return mapped(picture(size, size), (_, i) => scale(blob[(i % 3) * area + Math.floor(i / 3)]));
}

const level = (value: number) => Math.max(0, Math.min(255, value));
const rounded = (a: Picture) => mapped(a, Math.round);
const signed = (value: number) => value / 127.5 - 1;
const back = (value: number) => level((value + 1) * 127.5);
const templates = {
  insightface_112: templatePoints('insightface_112', 112),
  insightface_128: templatePoints('insightface_128', 128),
  arcface_128: templatePoints('arcface_128', 128),
  ffhq_512: templatePoints('ffhq_512', 512),
};

/**
 * Writes a set in the format of the recorded reference, made by plain loops from other photos, faces and weights, with whatever a
 * set may leave out left out here and there. `half`: the swapper is one of half precision.
 */
export async function writeUnseenReference(folder: string, seed: number, half: boolean): Promise<void> {
  const write = (file: string, bytes: Uint8Array): string => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), bytes);
    return file;
  };
  const floats = (file: string, values: ArrayLike<number>) =>
    write(file, new Uint8Array(Float32Array.from(values).buffer));
  const png = async (file: string, { width, height, depth, data }: Picture) => {
    const raw = { width, height, channels: depth as 1 | 3 };
    const space = depth === 1 ? 'b-w' : 'srgb';
    return write(
      file,
      await sharp(Uint8Array.from(data, Math.round), { raw }).toColourspace(space).png().toBuffer(),
    );
  };
  const swapper = swapperStandIn(seed, { size: 128, half, map: true });
  const gfpgan = enhancerStandIn(seed + 1, { size: 512 });
  const codeformer = enhancerStandIn(seed + 2, { size: 512, weight: 'float64' });
  const door = (values: Float32Array, shape: number[]) =>
    half
      ? new ort.Tensor('float16', Uint16Array.from(values, floatToHalf), shape)
      : new ort.Tensor('float32', values, shape);
  const swap = (crop: Picture, latent: Float32Array) =>
    run(swapper, {
      target: door(
        blobOf(crop, (v) => v / 255),
        [1, 3, 128, 128],
      ),
      source: door(latent, [1, 512]),
    });
  const bytes = Buffer.from(swapper);
  const mapBytes = 512 * 512 * (half ? 2 : 4);
  const map = mapOf(bytes.subarray(bytes.indexOf('buff2fs')), mapBytes, half);
  const next = randomNumbers(seed + 3);
  const box128 = boxMask(128);
  const box512 = boxMask(512);
  const cases = [];
  for (const scene of scenes) {
    const [width, height] = scene.size;
    const { data } = await loadRgb(groupPhoto(scene.photo), (photo) =>
      photo.resize(900).extract({ left: 60, top: 20, width, height }),
    );
    const input: Picture = { width, height, depth: 3, data: Float64Array.from(data) };
    const at = `cases/${scene.id}`;
    let [is, dim128, dim512, ffSwap, ffGfpgan, ffCodeformer] = Array<Picture>(6).fill(input);
    const faces = [];
    for (const [i, { eyes, turn, x, y }] of scene.faces.entries()) {
      const [cos, sin] = [Math.cos((turn * Math.PI) / 180) * eyes, Math.sin((turn * Math.PI) / 180) * eyes];
      const keypoints = (
        [
          [-0.5, 0],
          [0.5, 0.03],
          [0.04, 0.57],
          [-0.41, 1.12],
          [0.43, 1.16],
        ] as const
      ).map(([u, v]): Point => [x + cos * u - sin * v + next(), y + sin * u + cos * v + next()]);
      const own = `${at}/face${i}`;
      const raw = Float32Array.from({ length: 512 }, () => next() * 2);
      const length = Math.hypot(...raw);
      const unit = raw.map((value) => value / length);
      const projected = Float64Array.from({ length: 512 }, (_, j) =>
        raw.reduce((sum, value, k) => sum + value * map[k * 512 + j], 0),
      );
      const latent = Float32Array.from(projected, (value) => value / Math.hypot(...projected));
      const ffLatent = Float32Array.from(projected, (value) => value / length);

      const M112 = similarity(keypoints, templates.insightface_112);
      const M = similarity(keypoints, templates.insightface_128);
      const aligned = rounded(warp(is, inverse(M), 128, 128, 'zero'));
      const netOut = await swap(aligned, latent);
      const swapped = fromBlob(netOut, 128, (v) => Math.floor(level(v * 255)));
      const { mask, numbers } = insightfaceMask(M, 128, width, height);
      is = blendOver(
        is,
        rounded(warp(swapped, M, width, height, 'zero')),
        mapped(mask, (v) => v / 255),
      );

      const MA = similarity(keypoints, templates.arcface_128);
      const crop128 = rounded(warp(dim128, inverse(MA), 128, 128, 'edge'));
      const box = pasteBox(MA, 128, input);
      dim128 = facefusionPaste(
        dim128,
        mapped(crop128, (v) => 0.8 * v),
        MA,
        box128,
      );
      const MF = similarity(keypoints, templates.ffhq_512);
      const crop512 = rounded(warp(dim512, inverse(MF), 512, 512, 'edge'));
      dim512 = facefusionPaste(
        dim512,
        mapped(crop512, (v) => 0.8 * v),
        MF,
        box512,
      );
      const ffCrop = rounded(warp(ffSwap, inverse(MA), 128, 128, 'edge'));
      const ffFace = fromBlob(await swap(ffCrop, ffLatent), 128, (v) => level(v * 255));
      ffSwap = facefusionPaste(ffSwap, ffFace, MA, box128);

      let enhance;
      if (scene.restored) {
        const picture512 = new ort.Tensor('float32', blobOf(crop512, signed), [1, 3, 512, 512]);
        const share = new ort.Tensor('float64', Float64Array.of(0.5), [1]);
        const outG = await run(gfpgan, { input: picture512 });
        const outC = await run(codeformer, { input: picture512, weight: share });
        const faceG = rounded(fromBlob(outG, 512, back));
        const mix = (from: Picture, face: Picture) => {
          const pasted = facefusionPaste(from, face, MF, box512);
          return mapped(from, (old, k) => Math.round(0.2 * old + 0.8 * pasted.data[k]));
        };
        ffGfpgan = mix(ffGfpgan, faceG);
        ffCodeformer = mix(ffCodeformer, rounded(fromBlob(outC, 512, back)));
        enhance = {
          crop: await png(`${own}/ff-crop512.png`, crop512),
          M: MF,
          gfpgan: {
            netOutEvery8: floats(`${own}/ff-net-out-gfpgan-every8.f32`, every8(outG)),
            enhancedCrop: await png(`${own}/ff-enhanced512-gfpgan.png`, faceG),
          },
          codeformer: {
            weight: 0.5,
            netOutEvery8: floats(`${own}/ff-net-out-codeformer-every8.f32`, every8(outC)),
          },
        };
      }
      const first = i === 0;
      faces.push({
        keypoints,
        sourceEmbedding: floats(`${own}/source-embedding.f32`, raw),
        ...(first && { sourceEmbeddingUnit: floats(`${own}/source-embedding-unit.f32`, unit) }),
        arcface: {
          M: M112,
          aligned: await png(`${own}/arcface112.png`, rounded(warp(input, inverse(M112), 112, 112, 'zero'))),
          blob: null,
        },
        insightface: {
          M,
          ...(first && { inverseM: inverse(M) }),
          aligned: await png(`${own}/is-aligned128.png`, aligned),
          latent: floats(`${own}/is-latent.f32`, latent),
          blobIn: first
            ? floats(
                `${own}/is-blob-in.f32`,
                blobOf(aligned, (v) => v / 255),
              )
            : null,
          netOut: floats(`${own}/is-net-out.f32`, netOut),
          swapped: await png(`${own}/is-swapped128.png`, swapped),
          pasteMask: await png(`${own}/is-mask.png`, mask),
          mask: numbers,
        },
        facefusion: {
          arcface_128: { M: MA, crop: await png(`${own}/ff-crop128.png`, crop128), pasteBox: box },
          ffhq_512: { M: MF, crop: null, pasteBox: pasteBox(MF, 512, input) },
          latent: floats(`${own}/ff-latent.f32`, ffLatent),
          ...(enhance && { enhance }),
        },
      });
    }
    const name = (file: string) => `${at}/${file}.png`;
    cases.push({
      id: scene.id,
      input: await png(name('input'), input),
      faces,
      results: {
        insightfaceSwap: await png(name('is-final'), is),
        facefusionDim128: await png(name('ff-dim128'), dim128),
        facefusionDim512: await png(name('ff-dim512'), dim512),
        facefusionSwap: await png(name('ff-swap'), ffSwap),
        facefusionSwapBoost256: null,
        ...(scene.restored && {
          facefusionEnhanceGfpgan: await png(name('ff-enhance-gfpgan'), ffGfpgan),
          facefusionEnhanceCodeformer: await png(name('ff-enhance-codeformer'), ffCodeformer),
        }),
      },
    });
  }
  const models = {
    inswapper: write('models/a-swapper.onnx', swapper),
    gfpgan: write('models/a-restorer.onnx', gfpgan),
    codeformer: write('models/codeformer-standin.onnx', codeformer),
  };
  const boxMasks = { 128: { file: floats('masks/box-128.f32', box128.data), shape: [128, 128] } };
  write('reference.json', Buffer.from(JSON.stringify({ format: 1, set: 'unseen', models, boxMasks, cases })));
}

function every8(tensor: Float32Array): number[] {
  return [...tensor].filter((_, i) => i % 8 === 0 && Math.floor(i / 512) % 8 === 0);
}

/** The last initializer, found by its name: what follows it in the file is the raw data with its length before it. */
function mapOf(tail: Buffer, length: number, half: boolean): Float32Array {
  // The tag of raw data, then the length as a varint.
  const start = tail.indexOf(Buffer.of(0x4a)) + 1;
  let at = start;
  while (tail[at] >= 128) at++;
  const raw = Uint8Array.from(tail.subarray(at + 1, at + 1 + length)).buffer;
  if (!half) return new Float32Array(raw);
  return Float32Array.from(toFloats(new ort.Tensor('float16', new Uint16Array(raw), [length / 2])));
}
