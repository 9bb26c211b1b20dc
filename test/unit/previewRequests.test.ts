import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PreviewRequests, type PreviewWish, type ShownPreview } from '../../src/host/editor/previewRequests';
import { FaceSwapError } from '../../src/protocol/errors';
import type { HostMessage } from '../../src/protocol/panel';

const wish = (id: number): PreviewWish => ({
  type: 'preview',
  id,
  frame: id,
  seconds: 0,
  perPixel: 1,
  pointed: false,
  maxWidth: 320,
  mask: false,
});
const pictures = { seconds: 0, width: 1, height: 1, original: 'AA==', swapped: 'AA==', mask: '', faces: [] };

/** Requests whose frames are made, or fail, when the test says so. */
function requests() {
  const begun: { frame: number; end: (error?: Error) => Promise<void> }[] = [];
  const answers: string[] = [];
  const show = ({ frame }: PreviewWish): Promise<ShownPreview> =>
    new Promise((resolve, reject) => {
      const end = async (error?: Error): Promise<void> => {
        if (error) reject(error);
        else resolve({ preview: { ...pictures, frame } });
        await new Promise(setImmediate);
      };
      begun.push({ frame, end });
    });
  const answer = (message: HostMessage): void => {
    if ('id' in message) answers.push(`${message.type} ${message.id}`);
  };
  return { all: new PreviewRequests(show, String, answer), begun, answers };
}

suite('Requests for previews', () => {
  test('are made one at a time, the latest wish next', async () => {
    const { all, begun, answers } = requests();
    for (const id of [1, 2, 3]) all.ask(wish(id));
    assert.deepEqual(
      begun.map(({ frame }) => frame),
      [1],
    );
    await begun[0].end();
    await begun[1].end();
    assert.deepEqual(answers, ['preview 1', 'preview 3']);
  });

  test('are answered however they end, also when somebody else has cancelled them', async () => {
    const { all, begun, answers } = requests();
    all.ask(wish(1));
    await begun[0].end(new FaceSwapError('cancelled'));
    all.ask(wish(2));
    await begun[1].end(new Error('something else'));
    all.ask(wish(3));
    await begun[2].end();
    assert.deepEqual(answers, ['previewFailed 1', 'previewFailed 2', 'preview 3']);
  });
});
