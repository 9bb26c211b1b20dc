import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { readJobSettings } from '../../src/job/jobSettings';
import { jobSettingNames } from '../../src/job/settingNames';
import { imageExtensions, videoExtensions } from '../../src/host/mediaFiles';
import { FaceSwapError } from '../../src/protocol/errors';
import { defaultLabel, labelPositions } from '../../src/protocol/label';
import {
  defaultEncoding,
  defaultExecution,
  defaultSelection,
  executionProviders,
  frameProcessors,
  videoEncoders,
  videoPresets,
} from '../../src/protocol/job';
import {
  defaultProcessing,
  enhancedFaces,
  faceMaskRegions,
  faceMaskTypes,
} from '../../src/protocol/processing';

interface Setting {
  default: unknown;
  enum?: string[];
  enumDescriptions?: string[];
  items?: Setting;
  scope: string;
  markdownDescription: string;
}

const manifest = JSON.parse(readFileSync(path.resolve(__dirname, '../../package.json'), 'utf8')) as {
  contributes: {
    configuration: { properties: Record<string, Setting> }[];
    menus: Record<string, { command: string; when: string }[]>;
    commands: { command: string }[];
  };
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
};

const settings: Record<string, Setting> = Object.assign(
  {},
  ...manifest.contributes.configuration.map(({ properties }) => properties),
) as Record<string, Setting>;

const manifestDefault = (name: string): unknown => settings[`faceSwap.${name}`].default;

const texts = JSON.parse(readFileSync(path.resolve(__dirname, '../../package.nls.json'), 'utf8')) as Record<
  string,
  string
>;

suite('Settings', () => {
  test('have the defaults of the protocol', () => {
    assert.deepEqual(readJobSettings(manifestDefault), {
      processors: ['face_swapper'],
      selection: defaultSelection,
      encoding: defaultEncoding,
      execution: defaultExecution,
      smallFaces: 'auto',
      processing: defaultProcessing,
      label: defaultLabel,
      contentSensitivity: 'standard',
      tools: {},
    });
  });

  test('offer every name the protocol knows, each with a description', () => {
    const offered = (name: string): Setting => settings[`faceSwap.${name}`];
    assert.deepEqual(offered('executionProviders').items?.enum, [...executionProviders]);
    assert.deepEqual(offered('frameProcessors').items?.enum, [...frameProcessors]);
    assert.deepEqual(offered('outputVideoEncoder').enum, [...videoEncoders]);
    assert.deepEqual(offered('outputVideoPreset').enum, [...videoPresets]);
    assert.deepEqual(offered('faceMaskTypes').items?.enum, [...faceMaskTypes]);
    assert.deepEqual(offered('faceMaskRegions').items?.enum, [...faceMaskRegions]);
    assert.deepEqual(offered('faceEnhancerFaces').enum, [...enhancedFaces]);
    for (const [name, setting] of Object.entries(settings)) {
      assert.ok(texts[setting.markdownDescription.slice(1, -1)].length > 20, name);
      const { enum: values, enumDescriptions } = setting.items ?? setting;
      if (values && name !== 'faceSwap.outputVideoPreset')
        assert.equal(enumDescriptions?.length, values.length, name);
    }
  });

  test('that name programs belong to the machine and are ignored in untrusted workspaces', () => {
    const programs = Object.keys(settings).filter((name) => name.endsWith('Path'));
    assert.deepEqual(programs, ['faceSwap.ffmpegPath', 'faceSwap.ffprobePath', 'faceSwap.cuda.runtimePath']);
    const restricted = new Set(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations);
    for (const name of programs) assert.ok(restricted.has(name), name);
    // A model file is read by native code: a workspace nobody trusts does not choose it either.
    const models = Object.keys(settings).filter((name) => name.startsWith('faceSwap.model.'));
    for (const name of models) assert.ok(restricted.has(name), name);
    for (const name of programs) assert.equal(settings[name].scope, 'machine');
  });

  const refused: [name: string, value: unknown][] = [
    ['outputVideoQuality', 101],
    ['outputVideoQuality', 17.5],
    ['outputVideoEncoder', 'libx266'],
    ['executionProviders', []],
    ['executionProviders', ['cpu', 'abacus']],
    ['similarFaceDistance', '0.8'],
    ['manyFaces', 1],
    ['referenceFrameNumber', -1],
    ['model.detector', 'models/det_10g.onnx'],
    ['model.recognizer', 3],
    ['model.swapper', './inswapper_128.onnx'],
    ['faceMaskTypes', ['square']],
    ['faceMaskPadding', [1, 2, 3]],
    ['faceMaskPadding', [0, 0, 0, 101]],
    ['faceEnhancerBlend', 80.5],
    ['labelText', 7],
    ['labelText', 'x'.repeat(81)],
    ['labelText', 'two\nlines'],
    ['labelPosition', 'middle'],
  ];
  for (const [name, value] of refused)
    test(`refuse ${JSON.stringify(value)} for ${name} and name the setting`, () => {
      assert.throws(
        () => readJobSettings((asked) => (asked === name ? value : manifestDefault(asked))),
        (error) =>
          error instanceof FaceSwapError &&
          error.code === 'usage' &&
          Boolean(error.facts.reason?.includes(`faceSwap.${name}`)),
      );
    });

  test('pass on the visible label, which a job file may have for itself', () => {
    const own: Record<string, unknown> = { labelText: ' made with AI ', labelPosition: 'top-right' };
    const job = readJobSettings((name) => own[name] ?? manifestDefault(name));
    assert.deepEqual(job.label, { text: 'made with AI', position: 'top-right' });
    assert.deepEqual(settings['faceSwap.labelPosition'].enum, [...labelPositions]);
    for (const name of Object.keys(own)) assert.ok(jobSettingNames().includes(name), name);
  });

  test('pass on the networks that are chosen', () => {
    const file = path.resolve('w600k_r50.onnx');
    const chosen: Record<string, string> = { 'model.detector': 'det_10g', 'model.recognizer': file };
    const job = readJobSettings((name) => chosen[name] ?? manifestDefault(name));
    assert.deepEqual(job.models, { detector: 'det_10g', recognizer: file });
  });

  test('pass on how strict the content check is and who signs, but neither off nor half', () => {
    const read = (own: Record<string, unknown>) =>
      readJobSettings((name) => own[name] ?? manifestDefault(name));
    assert.equal(read({ contentSensitivity: 'strict' }).contentSensitivity, 'strict');
    const [certificate, key] = [path.resolve('own.crt'), path.resolve('own.key')];
    const both = { 'contentCredentials.certificate': certificate, 'contentCredentials.key': key };
    assert.deepEqual(read(both).contentCredentials, { certificate, key });
    for (const wrong of [
      { contentSensitivity: 'off' },
      { 'contentCredentials.certificate': certificate },
      { ...both, 'contentCredentials.key': 'own.key' },
    ])
      assert.throws(
        () => read(wrong),
        (error) => error instanceof FaceSwapError && error.code === 'usage',
      );
    for (const name of ['contentSensitivity', 'contentCredentials.certificate', 'contentCredentials.key'])
      assert.equal(settings[`faceSwap.${name}`].scope, 'machine', name);
  });

  test('pass on the programs that are set', () => {
    const job = readJobSettings((name) => (name === 'ffmpegPath' ? '/opt/ffmpeg' : manifestDefault(name)));
    assert.deepEqual(job.tools, { ffmpeg: '/opt/ffmpeg' });
  });
});

suite('Context menus', () => {
  const { menus } = manifest.contributes;
  for (const place of ['explorer/context', 'editor/title/context'] as const)
    for (const { command, when } of menus[place].filter(({ when }) => when.includes('resourceExtname')))
      test(`${place}: ${command} is offered on the extensions the pickers know`, () => {
        const pattern = new RegExp(/\/(.*)\/i/.exec(when)![1], 'i');
        const isForBoth = command === 'faceSwap.inspectProvenance';
        const isForVideos = isForBoth || command === 'faceSwap.swap';
        const known = [
          { extensions: videoExtensions, isOffered: isForVideos },
          { extensions: imageExtensions, isOffered: isForBoth || !isForVideos },
        ];
        const named = (wanted: boolean): string[] =>
          known.flatMap(({ extensions, isOffered }) => (isOffered === wanted ? extensions : []));
        for (const extension of named(true)) assert.match(`.${extension}`, pattern);
        for (const extension of [...named(false), 'txt', 'mp4x'])
          assert.doesNotMatch(`.${extension}`, pattern);
      });
});
