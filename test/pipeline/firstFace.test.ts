import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { swapVideo } from '../../src/pipeline';
import { FaceSwapError } from '../../src/protocol/errors';
import { defaultEncoding, defaultSelection } from '../../src/protocol/job';
import { groupPhoto } from '../support/facePhotos';
import { frameHashes } from '../support/frameHashes';
import { meshJob, quietContext } from '../support/meshJob';
import { filmPeople, twoPeople } from '../support/peopleClips';
import { temporaryFolder } from '../support/temporaryFolder';

const [both, , nobody] = twoPeople;

describe('a video that opens with nobody in view', () => {
  const folder = temporaryFolder('first face');

  async function swap(target: string, output: string, reference = {}): Promise<string[]> {
    const log: string[] = [];
    const job = meshJob({
      sources: [groupPhoto(5)],
      target,
      output: folder.path(output),
      encoding: { ...defaultEncoding, quality: 100 },
      selection: { ...defaultSelection, ...reference },
    });
    await swapVideo(job, { ...quietContext, onLog: (_, message) => log.push(message) });
    return log;
  }

  test('has the first face for its reference', async () => {
    const target = await filmPeople([nobody, both]);
    const log = await swap(target, 'late.mp4');
    assert.match(log.join('\n'), /Frame 0 of the target shows no face.*frame 10/);
    const [before, after] = [frameHashes(target), frameHashes(folder.path('late.mp4'))];
    assert.equal(after.length, 20);
    assert.deepEqual(after.slice(0, 8), before.slice(0, 8));
    for (let n = 10; n < 20; n++) assert.notEqual(after[n], before[n], `frame ${n} is as it was`);
  });

  test('takes what is seen for one frame only for no face', async () => {
    const [glimpse, empty] = [
      { ...both, frames: 1 },
      { ...nobody, frames: 5 },
    ];
    const log = await swap(await filmPeople([empty, glimpse, empty, both]), 'glimpse.mp4');
    assert.match(log.join('\n'), /looked for in frame 15/);
  });

  test('is refused where another frame was asked for, or nobody comes at all', async () => {
    const refusal = async (scenes: Parameters<typeof filmPeople>[0], reference: object) => {
      try {
        await swap(await filmPeople(scenes), 'never.mp4', reference);
      } catch (error) {
        if (error instanceof FaceSwapError) return [error.code, error.facts['frame']];
      }
      return undefined;
    };
    assert.deepEqual(await refusal([nobody, both], { referenceFrameNumber: 3 }), ['no-reference-face', 3]);
    assert.deepEqual(await refusal([nobody], {}), ['no-reference-face', undefined]);
  });
});
