import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recall, remember } from '../../src/pipeline/learnt';
import { planSegments } from '../../src/pipeline/media/segments';
import { PeopleSwapper } from '../../src/pipeline/processors/faceSwapper/peopleSwapper';
import type { FrameProcessor } from '../../src/pipeline/processors/processor';
import { temporaryFolder } from '../support/temporaryFolder';

/** A processor that knows a word. */
class Learner implements FrameProcessor {
  readonly name = 'face_swapper';
  constructor(public word: string) {}
  process = () => Promise.resolve();
  snapshot = () => this.word;
  restore(word: string): void {
    this.word = word;
  }
  close = () => Promise.resolve();
}
const plain: FrameProcessor = {
  name: 'face_enhancer',
  process: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

const unheard = (): never => {
  throw new Error('nothing was to be told');
};

describe('what processors have learnt', () => {
  const folder = temporaryFolder('learnt');
  folder.write('note', '');
  const segments = planSegments(30, 10, folder.path());

  test('is there for those that begin with the next segment, and for no others', async () => {
    await remember([new Learner('first'), plain], segments[0]);
    const words: string[] = [];
    for (const first of [0, 1]) {
      const learner = new Learner('nothing');
      await recall([plain, learner], segments, first, unheard);
      words.push(learner.word);
    }
    assert.deepEqual(words, ['nothing', 'first']);
  });

  test('is told to be lost when it cannot be read, in one line for each processor', async () => {
    const broken = new Learner('nothing');
    broken.restore = (word) => {
      throw new Error(`not understood: ${word}`);
    };
    await remember([new Learner('{')], segments[1]);
    for (const [first, processor, why] of [
      [2, { ...plain, snapshot: () => 'something', restore: unheard }, 'ENOENT'],
      [2, broken, 'not understood: {'],
    ] as const) {
      const told: string[] = [];
      await recall([plain, processor], segments, first, (level, text) => told.push(`${level} ${text}`));
      assert.equal(told.length, 1);
      assert.match(
        told[0],
        new RegExp(`^warn What ${processor.name} .* cannot be read \\(.*${why}.*\\); .*anew`),
      );
    }
  });

  test('goes to the swapper of the same person', async () => {
    const people = () => [new Learner('a'), new Learner('b')] as const;
    const [known, fresh] = [people(), people()];
    [known[0].word, known[1].word] = ['one', 'two'];
    const of = ([first, second]: readonly [Learner, Learner], other: FrameProcessor) =>
      new PeopleSwapper(
        new Map<number | undefined, FrameProcessor>([
          [0, first],
          [1, other],
          [undefined, second],
        ]),
      );
    await remember([of(known, plain)], segments[1]);
    await recall([of(fresh, plain)], segments, 2, unheard);
    assert.deepEqual(
      fresh.map(({ word }) => word),
      ['one', 'two'],
    );
    assert.equal(new PeopleSwapper(new Map([[0, plain]])).snapshot(), undefined);
  });
});
