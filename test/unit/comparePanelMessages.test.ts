import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseHostMessage, parsePanelMessage } from '../../src/protocol/comparePanel';

const videos = { originalName: 'a.mp4', resultName: 'b.mp4', durationSeconds: 2, frameSeconds: 0.04 };

suite('Messages of the Compare panel', () => {
  test('pass when they are well formed', () => {
    for (const message of [{ type: 'ready' }, { type: 'stills', id: 1, seconds: 0.5 }, { type: 'open' }])
      assert.deepEqual(parsePanelMessage(message), message);
    for (const message of [
      { type: 'show', videos },
      { type: 'stills', id: 1, original: 'AAAA', result: 'AA==' },
      { type: 'failed', id: 1, message: 'No.' },
    ])
      assert.deepEqual(parseHostMessage(message), message);
  });

  test('are dropped when they are not', () => {
    for (const message of [
      undefined,
      'ready',
      { type: 'execute' },
      { type: 'stills', id: 1, seconds: -1 },
      { type: 'stills', id: 1, seconds: NaN },
      { type: 'stills', id: '1', seconds: 0 },
    ])
      assert.equal(parsePanelMessage(message), undefined);
    for (const message of [
      null,
      { type: 'show', videos: { ...videos, frameSeconds: 'often' } },
      { type: 'stills', id: 1, original: '"><script>', result: 'AAAA' },
      { type: 'stills', id: 1, original: '', result: 'AAAA' },
      { type: 'failed', id: 1 },
    ])
      assert.equal(parseHostMessage(message), undefined);
  });

  test('lose what does not belong to them', () => {
    assert.deepEqual(parsePanelMessage({ type: 'open', file: '/etc/passwd' }), { type: 'open' });
  });
});
