import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { encodeOnnx, type OnnxNode, type OnnxTensor } from '../../models/build/onnx';
import { loadNeuralModels, neuralModel } from '../../src/models';
import { openRecognizer } from '../../src/pipeline/chosenNetworks';
import type { PipelineContext } from '../../src/pipeline/context';
import { alignmentPoints } from '../../src/pipeline/faces/geometry';
import { identifySource, type SourceFace } from '../../src/pipeline/faces/identify';
import { toWholeCentres } from '../../src/pipeline/image/affine';
import { cutFace } from '../../src/pipeline/image/faceCrop';
import { createFrame, type Frame } from '../../src/pipeline/image/frame';
import type { RgbImage } from '../../src/pipeline/image/region';
import { alignTo } from '../../src/pipeline/image/templates';
import { openSession } from '../../src/pipeline/inference/session';
import { openSwapper } from '../../src/pipeline/openSwapper';
import { defaultExecution, defaultSelection, defaultEncoding, type SwapJob } from '../../src/protocol/job';
import { defaultProcessing, type FaceMaskType } from '../../src/protocol/processing';
import { faceModels } from '../support/faceModels';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { arcfaceStandIn } from '../support/standInNetworks';
import { randomNumbers } from '../support/swapperNetworks';
import { copyFrame, findPhotoFaces, type PhotoWithFaces } from '../support/swapPhotos';
import { temporaryFolder } from '../support/temporaryFolder';

/** What each kind wants, as its makers say it: side, whether its output is in the units of its input, and its source. */
const kinds: Record<string, { size: number; inUnits: boolean; source: string | number }> = {
  hyperswap_1a_256: { size: 256, inUnits: true, source: 'unit' },
  inswapper_128: { size: 128, inUnits: false, source: 'mapped' },
  inswapper_128_fp16: { size: 128, inUnits: false, source: 'mapped' },
  reswapper_256: { size: 256, inUnits: false, source: 'mapped' },
  ghost_2_256: { size: 256, inUnits: true, source: 'converted' },
  simswap_256: { size: 256, inUnits: false, source: 'converted to unit length' },
  simswap_unofficial_512: { size: 512, inUnits: false, source: 'converted to unit length' },
  hififace_unofficial_256: { size: 256, inUnits: true, source: 'converted to unit length' },
  blendswap_256: { size: 256, inUnits: false, source: 112 },
  uniface_256: { size: 256, inUnits: true, source: 256 },
};

const folder = temporaryFolder('swappers');
process.env['FACE_SWAP_MODELS'] = folder.path('.');
process.env['FACE_SWAP_DATA'] = folder.path('data');

const next = randomNumbers(4);
const random = (length: number, scale: number) => Float32Array.from({ length }, () => next() * scale);
const map = random(512 * 512, 0.05);
const translation = random(512 * 512, 1e-5);
/** How strongly the numbers of a source are shown. */
const GAIN = 4;

const tensor = (name: string, shape: number[], data: Float32Array): OnnxTensor => {
  return { name, type: 'float32', shape, data };
};
const shape = (name: string, ...sizes: number[]): OnnxTensor => {
  return { name, type: 'int64', shape: [sizes.length], data: BigInt64Array.from(sizes, BigInt) };
};
const node = (op: string, inputs: string[], output: string): OnnxNode => {
  return { op, inputs, output, attributes: {} };
};

/** A swapper that gives the target back (`keep`), or shows the last three numbers, or the mean colour, of its source. */
function swapper(id: string, keep: boolean): Uint8Array {
  const { size, inUnits, source } = kinds[id];
  const area = typeof source === 'number' ? source * source : 0;
  const length = area > 0 ? 3 * area : 512;
  const pick = new Float32Array(length * 3);
  for (let i = 0; i < length && !keep; i++) {
    const channel = area > 0 ? Math.floor(i / area) : i - 509;
    if (channel >= 0) pick[i * 3 + channel] = area > 0 ? 1 / area : GAIN;
  }
  const { mean = [0, 0, 0], std = [1, 1, 1] } = neuralModel(id)!;
  const [factor, shift] = inUnits
    ? [
        [1, 1, 1],
        [0, 0, 0],
      ]
    : [std, mean];
  const told = area > 0 || inUnits ? 0 : 0.5;
  return encodeOnnx({
    name: id,
    nodes: [
      node('Mul', ['target', 'factor'], 'scaled'),
      node('Reshape', ['source', 'row'], 'flat'),
      node('MatMul', ['flat', 'pick'], 'picked'),
      node('Reshape', ['picked', 'colours'], 'colour'),
      node('Add', ['scaled', 'colour'], 'sum'),
      node('Add', ['sum', 'shift'], 'output'),
      ...(id.startsWith('hyperswap') ? [node('Mul', ['output', 'zero'], 'mask')] : []),
    ],
    initializers: [
      tensor(
        'factor',
        [1, 3, 1, 1],
        Float32Array.from(factor, (value) => (keep ? value : 0)),
      ),
      tensor(
        'shift',
        [1, 3, 1, 1],
        Float32Array.from(shift, (value) => (keep ? value : told)),
      ),
      tensor('pick', [length, 3], pick),
      tensor('zero', [1], Float32Array.of(0)),
      shape('row', 1, length),
      shape('colours', 1, 3, 1, 1),
      ...(source === 'mapped' ? [tensor('buff2fs', [512, 512], map)] : []),
    ],
    inputs: [
      { name: 'target', shape: [1, 3, size, size] },
      { name: 'source', shape: area > 0 ? [1, 3, source as number, source as number] : [1, 512] },
    ],
    outputs: [
      { name: 'output', shape: [1, 3, size, size] },
      ...(id.startsWith('hyperswap') ? [{ name: 'mask', shape: [1, 3, size, size] }] : []),
    ],
  });
}

const times = (row: Float32Array, matrix: Float32Array) =>
  Float32Array.from({ length: 512 }, (_, j) =>
    row.reduce((sum, value, i) => sum + value * matrix[i * 512 + j], 0),
  );
const unit = (row: Float32Array) => row.map((value) => value / Math.hypot(...row));

describe('swappers of every kind of the catalogue', () => {
  let photo: RgbImage;
  let target: PhotoWithFaces;
  let smooth: Frame;
  const context: PipelineContext = {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onLog: () => undefined,
    onScratch: () => undefined,
  };

  before(async () => {
    photo = await loadRgb(groupPhoto(5));
    target = await findPhotoFaces(await loadRgb(groupPhoto(3)));
    const { width, height } = target.image;
    smooth = createFrame({ width, height, sampling: 'rgb', matrix: 'rgb', range: 'full' });
    smooth.planes.forEach((plane, c) => {
      for (let i = 0; i < plane.length; i++) {
        plane[i] = 60 + 40 * c + (50 * (i % width)) / width - (40 * Math.floor(i / width)) / height;
      }
    });
    folder.write('w600k_r50.onnx', arcfaceStandIn());
    for (const name of ['ghost', 'simswap', 'hififace']) {
      const network = encodeOnnx({
        name,
        nodes: [node('MatMul', ['input', 'weights'], 'output')],
        initializers: [tensor('weights', [512, 512], translation)],
        inputs: [{ name: 'input', shape: [1, 512] }],
        outputs: [{ name: 'output', shape: [1, 512] }],
      });
      folder.write(`crossface_${name}.onnx`, network);
    }
  });

  /** The smooth frame with its largest face swapped. */
  async function swapped(
    id: string,
    keep: boolean,
    mask: FaceMaskType,
    pixelBoost = 0,
    spoil: (source: SourceFace) => SourceFace[] = (source) => [source],
  ): Promise<Frame> {
    const file = folder.write(`${id}.onnx`, swapper(id, keep));
    const { mask: masks, swapper: usual } = defaultProcessing;
    const job: SwapJob = {
      ...{
        sources: ['photo'],
        target: 'target',
        output: 'output',
        overwrite: false,
        processors: ['face_swapper'],
      },
      ...{ selection: defaultSelection, encoding: defaultEncoding, smallFaces: 'never', tools: {} },
      execution: { ...defaultExecution, providers: ['cpu'] },
      processing: {
        ...defaultProcessing,
        swapper: { ...usual, model: id, pixelBoost },
        mask: { ...masks, types: [mask] },
      },
    };
    const models = { ...(await faceModels()), providers: [], close: () => Promise.resolve() };
    const [source] = await identifySource(models, photo, 'photo');
    const photos = spoil(source).map((one) => ({ ...one, image: photo }));
    const processor = await openSwapper(job, [{ photos }], models, context);
    const frame = copyFrame(smooth);
    await processor.process(frame, target.faces.slice(0, 1));
    await processor.close();
    rmSync(file);
    return frame;
  }

  /** What the network must be told about the source, by the words of the table. */
  async function told(id: string): Promise<number[]> {
    const { source, inUnits } = kinds[id];
    const models = await faceModels();
    const [{ face }] = await identifySource(models, photo, 'photo');
    const shown = (value: number) => 255 * (inUnits ? 0.5 + 0.5 * value : value);
    if (typeof source === 'number') {
      const points = toWholeCentres(alignmentPoints(face));
      const name = source === 112 ? 'arcface_112_v2' : 'ffhq_512';
      const { data } = cutFace(photo, alignTo(name, source, points), source, source, 'replicate');
      return [0, 1, 2].map((c) => {
        const channel = data.filter((_, i) => i % 3 === c);
        return shown(channel.reduce((sum, value) => sum + value, 0) / channel.length / 255);
      });
    }
    const recognizer = await openRecognizer(folder.path('w600k_r50.onnx'), (file, shapes) =>
      openSession(file, { providers: ['cpu'], threads: 1, ...(shapes && { shapes }) }),
    );
    const { rawEmbedding } = await recognizer.identify(photo, face);
    const numbers = {
      mapped: () => unit(times(rawEmbedding, map)),
      unit: () => unit(rawEmbedding),
      converted: () => times(rawEmbedding, translation),
      'converted to unit length': () => unit(times(rawEmbedding, translation)),
    }[source]!();
    return [...numbers.slice(509)].map((value) => shown(GAIN * value + (inUnits ? 0 : 0.5)));
  }

  it('are all in the table, or of the kind of one that is', () => {
    const known = Object.keys(kinds).map((id) => neuralModel(id)!);
    for (const model of loadNeuralModels()) {
      if (model.role !== 'face_swapper') continue;
      const same = known.find(({ family, size, source, template, denormalise }) =>
        [family, size, template, denormalise, JSON.stringify(source)].every(
          (value, i) =>
            value ===
            [model.family, model.size, model.template, model.denormalise, JSON.stringify(model.source)][i],
        ),
      );
      assert.ok(same || model.id === 'reswapper_128', model.id);
    }
  });

  for (const id of Object.keys(kinds)) {
    it(`${id} is given its source as it wants it`, async () => {
      const frame = await swapped(id, false, 'insightface');
      const { landmarks } = target.faces[0];
      const nose = Math.round(landmarks[3 + 1]) * frame.format.width + Math.round(landmarks[3]);
      const wanted = await told(id);
      const found = frame.planes.map((plane) => plane[nose]);
      found.forEach((value, c) => {
        assert.ok(
          Math.abs(value - Math.max(0, Math.min(255, wanted[c]))) < 2,
          `${found.join()} for ${wanted.join()}`,
        );
      });
      assert.ok(new Set(found).size > 1, found.join());
    });

    if (typeof kinds[id].source === 'number')
      it(`${id} is shown the best of several photos, and that is told`, async (t) => {
        const lines = t.mock.method(context, 'onLog');
        const frame = await swapped(id, false, 'insightface', 0, (source) => {
          const { landmarks } = source.face;
          const elsewhere = { ...source.face, landmarks: landmarks.map((value) => value / 2) };
          return [
            { ...source, file: 'blurred', sharpness: 0.001, face: elsewhere },
            { ...source, file: 'the sharp one' },
          ];
        });
        assert.deepEqual(frame.planes, (await swapped(id, false, 'insightface')).planes);
        const told = lines.mock.calls.map(({ arguments: [, message] }) => message);
        assert.ok(
          told.some((line) => /one photo only: the sharp one, the best of 2/.test(line)),
          told.join(),
        );
      });

    it(`${id} sees the target in its own scale and gives it back in that, boosted as well`, async () => {
      for (const [mask, boost] of [
        ['insightface', 0],
        ['box', kinds[id].size < 512 ? 2 * kinds[id].size : 0],
      ] as const) {
        const frame = await swapped(id, true, mask, boost);
        let worst = 0;
        frame.planes.forEach((plane, c) =>
          plane.forEach((value, i) => (worst = Math.max(worst, Math.abs(value - smooth.planes[c][i])))),
        );
        assert.ok(worst <= 2, `${mask}: ${worst} levels`);
      }
    });
  }
});
