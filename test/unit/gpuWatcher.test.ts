import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { delimiter } from 'node:path';
import { describe, test } from 'node:test';
import { chooseGpu, pin, visibleGpu } from '../../src/pipeline/gpu/device';
import { findSmi, listGpus, listHolders, parseSample } from '../../src/pipeline/gpu/smi';
import { VramWatcher } from '../../src/pipeline/gpu/vramWatcher';
import { fakeGpu, type FakeGpu } from '../support/fakeGpu';
import { temporaryFolder } from '../support/temporaryFolder';

const long = 60_000;
const posix = process.platform !== 'win32';

describe('the VRAM watcher', { skip: !posix && 'the stand-in is a script' }, () => {
  const folder = temporaryFolder('gpu');
  const path = (...parts: string[]) => folder.path(...parts);
  let count = 0;
  const watch = (gpu: FakeGpu, more: NodeJS.ProcessEnv = {}) => {
    const env = { ...process.env, ...fakeGpu(path(`${++count}.json`), gpu), ...more };
    return new VramWatcher(findSmi(env), env);
  };

  test('reads lines and nothing else', () => {
    const plain = { uuid: 'GPU-1', usedMb: 812, totalMb: 24564 };
    assert.deepEqual(parseSample('GPU-1, 812, 24564, 7'), { ...plain, utilization: 7 });
    assert.deepEqual(parseSample('GPU-1, 812, 24564, [N/A]'), plain);
    for (const line of [
      '',
      'GPU-1, [N/A], 24564, 7',
      'GPU-1, 812',
      '812, 24564, 7, 1',
      'GPU-1, 9, 8, 1',
      '\0\x7f',
    ])
      assert.equal(parseSample(line), undefined, line);
  });

  test('finds the program on PATH, where it is named, and nothing where there is none', () => {
    const file = folder.write('bin/nvidia-smi', '');
    const PATH = ['/nowhere', path('bin')].join(delimiter);
    assert.notEqual(findSmi({ PATH }, 'linux'), file, 'not executable');
    chmodSync(file, 0o755);
    assert.equal(findSmi({ PATH }, 'linux'), file);
    assert.equal(findSmi({ FACE_SWAP_NVIDIA_SMI: file }, 'linux'), file);
    assert.equal(findSmi({ PATH, FACE_SWAP_NVIDIA_SMI: '/nowhere/smi' }, 'linux'), undefined);
    assert.equal(findSmi({ PATH: '' }, 'darwin'), undefined);
  });

  test('follows the curve and remembers its peak', async () => {
    const watcher = watch({ curves: [[500, 3000, 700]] });
    const seen: number[] = [];
    while (seen.at(-1) !== 700) seen.push((await watcher.next(long))!.usedMb);
    watcher.close();
    assert.deepEqual(watcher.use, { uuid: 'GPU-fake-1', totalMb: 8192, peakMb: 3000 });
    assert.equal(watcher.latest?.utilization, 37);
    assert.equal(await watcher.next(long), undefined, 'closed');
  });

  test('passes over garbled lines', async () => {
    const watcher = watch({ curves: [['GPU-fake-1, 7', '�� ???', 'GPU-fake-1, [N/A], [N/A], [N/A]', 900]] });
    assert.equal((await watcher.next(long))?.usedMb, 900);
    watcher.close();
  });

  test('has no more readings when nvidia-smi disappears, cannot start, or is not there', async () => {
    const gone = watch({ curves: [[600, 'exit']] });
    while ((await gone.next(long)) !== undefined);
    assert.equal(await gone.next(long), undefined);
    assert.equal(gone.use?.peakMb, 600, 'what was seen stays');
    const broken = folder.write('broken', 'no program');
    chmodSync(broken, 0o755);
    assert.equal(await new VramWatcher(broken).next(long), undefined);
    assert.equal(await new VramWatcher(undefined).next(long), undefined);
  });

  test('waits no longer than it is told', async () => {
    const silent = watch({ curves: [['nothing to see']] });
    assert.equal(await silent.next(1), undefined);
    silent.close();
  });

  test('watches the GPU that the process may see first', async () => {
    const curves = [['GPU-a, 10, 100, 1', 'GPU-b, 20, 100, 1']];
    for (const [visible, used] of [
      ['1', 20],
      ['GPU-b', 20],
      ['0', 10],
      ['', 10],
    ] as const) {
      const watcher = watch({ curves }, { CUDA_VISIBLE_DEVICES: visible });
      assert.equal((await watcher.next(long))?.usedMb, used, visible);
      watcher.close();
    }
  });

  test('watches the GPU of the instance that CUDA is bound to, and leaves CUDA that instance', async () => {
    const parted = fakeGpu(path('parted.json'), {
      curves: [['GPU-a, 10, 100, 1', 'GPU-b, 20, 100, 1']],
      gpus: ['GPU-a, 580.1, 81559, 900, NVIDIA H100', 'GPU-b, 580.1, 81559, 0, NVIDIA H100'],
      parts: [
        'GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-a)',
        'GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-b)',
        '  MIG 3g.40gb     Device  0: (UUID: MIG-0b1c)',
        '  MIG 3g.40gb     Device  1: (UUID: MIG-77aa)',
      ],
    });
    Object.assign(process.env, parted);
    const env: NodeJS.ProcessEnv = { ...process.env, CUDA_VISIBLE_DEVICES: 'MIG-77aa' };
    const pinned = await pin(env);
    assert.equal(env['CUDA_VISIBLE_DEVICES'], 'MIG-77aa');
    assert.equal(pinned?.uuid, 'GPU-b');
    assert.match(pinned.text, /MIG-77aa/);
    const watcher = new VramWatcher(findSmi(env), env, pinned.uuid);
    assert.equal((await watcher.next(long))?.usedMb, 20);
    watcher.close();
    const wanted = { ...env, CUDA_VISIBLE_DEVICES: '0', FACE_SWAP_CUDA_DEVICE: 'MIG-0b1c' };
    assert.equal((await pin(wanted))?.uuid, 'GPU-b');
    assert.equal(wanted.CUDA_VISIBLE_DEVICES, 'MIG-0b1c');
    for (const name of Object.keys(parted)) Reflect.deleteProperty(process.env, name);
  });

  test('names GPUs and programs, also those that keep their memory secret', async () => {
    const apps = [
      'GPU-fake-1, 41, 300, /usr/bin/python3',
      'GPU-fake-1, 42, 2100, C:\\Users\\ann\\blender.exe',
      'GPU-fake-1, 43, [N/A], game',
      'GPU-other, 44, 9, other',
      'garbled',
    ];
    const env = fakeGpu(path('apps.json'), { curves: [[500]], apps });
    Object.assign(process.env, env);
    const smi = findSmi()!;
    assert.deepEqual(await listHolders(smi, 'GPU-fake-1'), [
      { pid: 42, name: 'blender.exe', usedMb: 2100 },
      { pid: 41, name: 'python3', usedMb: 300 },
      { pid: 43, name: 'game' },
    ]);
    assert.deepEqual(await listGpus(), [
      { uuid: 'GPU-fake-1', name: 'NVIDIA Stand-In 3000', driver: '550.54.14', totalMb: 8192, freeMb: 7692 },
    ]);
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    assert.deepEqual(await listHolders('/nowhere/smi', 'GPU-fake-1'), []);
  });
});

describe('the GPU for CUDA', () => {
  const gpu = (uuid: string, freeMb?: number) => ({
    uuid,
    name: 'NVIDIA',
    driver: '580.1',
    totalMb: 8192,
    ...(freeMb !== undefined && { freeMb }),
  });
  const gpus = [gpu('GPU-a1', 3000), gpu('GPU-b2', 7000), gpu('GPU-c3', 5000)];
  const chosen = (wanted: string, visible?: string) =>
    chooseGpu(gpus, wanted, visible === undefined ? {} : { CUDA_VISIBLE_DEVICES: visible })?.uuid;

  test('is the one with the most free memory of those that CUDA may see', () => {
    assert.equal(chosen(''), 'GPU-b2');
    assert.equal(chosen('', '0,2'), 'GPU-c3');
    assert.equal(chosen('', 'GPU-a,GPU-c3'), 'GPU-c3');
    assert.equal(chosen('', '0,9,1'), 'GPU-a1', 'CUDA stops at the first that is wrong');
    assert.equal(chooseGpu([gpu('GPU-a1'), gpu('GPU-b2')], '', {})?.uuid, 'GPU-a1', 'nothing is known');
    for (const hidden of ['', '-1', 'none', '9']) assert.equal(chosen('', hidden), undefined, hidden);
    assert.equal(chooseGpu([], '', {}), undefined);
  });

  test('is the one that is named, by number or UUID, even where another one is visible', () => {
    assert.equal(chosen('0'), 'GPU-a1');
    assert.equal(chosen('GPU-c3', '0'), 'GPU-c3');
    assert.throws(() => chosen('3'), /There is no GPU 3; this machine has 0 \(NVIDIA, GPU-a1\), 1/);
    assert.throws(() => chosen('GPU-x'), /no GPU GPU-x/);
  });

  test('is the first visible one for CUDA itself', () => {
    assert.equal(visibleGpu(gpus, {})?.uuid, 'GPU-a1');
    assert.equal(visibleGpu(gpus, { CUDA_VISIBLE_DEVICES: '2,0' })?.uuid, 'GPU-c3');
    assert.equal(visibleGpu(gpus, { CUDA_VISIBLE_DEVICES: 'GPU-b' })?.uuid, 'GPU-b2');
  });
});
