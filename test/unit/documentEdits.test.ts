import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Json } from '../../src/protocol/check';
import { editFor, spliced } from '../../src/host/editor/documentEdits';

const job = `{
  "version": 1,
  "target": "clip.mp4",
  "sources": ["ann.jpg"],
  "settings": { "outputVideoQuality": 90 }
}
`;

const edits = (text: string, changes: Parameters<typeof editFor>[1]): string => {
  const edit = editFor(text, changes);
  return edit ? spliced(text, edit) : text;
};
const edit = (text: string, path: (string | number)[], value?: Json): string =>
  edits(text, [{ path, ...(value !== undefined && { value }) }]);

suite('Edits of a job file', () => {
  test('change one value and leave the rest as it is written', () => {
    assert.equal(edit(job, ['target'], 'other.mp4'), job.replace('clip.mp4', 'other.mp4'));
    assert.equal(edit(job, ['settings', 'outputVideoQuality'], 70), job.replace('90', '70'));
  });

  test('put a new key where people look for it', () => {
    const changed = edit(job, ['output'], 'out.mp4');
    assert.deepEqual(Object.keys(JSON.parse(changed) as object), [
      'version',
      'target',
      'sources',
      'output',
      'settings',
    ]);
    assert.match(changed, /\n {2}"output": "out\.mp4",\n {2}"settings": \{ "outputVideoQuality": 90 \}\n/);
  });

  test('keep tabs, and the line ends of Windows', () => {
    const windows = '{\r\n\t"version": 1,\r\n\t"target": "a.mp4"\r\n}\r\n';
    const changed = edit(windows, ['people'], [{ faces: [{ frame: 1, x: 2, y: 3 }], sources: [] }]);
    assert.doesNotMatch(changed, /[^\r]\n/);
    assert.match(changed, /\r\n\t"people": \[\r\n\t\t\{/);
  });

  test('add to a list at its end', () => {
    const changed = JSON.parse(edit(job, ['sources', 1], { photo: 'bea.jpg', face: 2 })) as {
      sources: unknown;
    };
    assert.deepEqual(changed.sources, ['ann.jpg', { photo: 'bea.jpg', face: 2 }]);
  });

  test('remove settings together with their last entry, but never the list of sources', () => {
    const changed = edit(job, ['settings', 'outputVideoQuality']);
    assert.deepEqual(Object.keys(JSON.parse(changed) as object), ['version', 'target', 'sources']);
    assert.deepEqual((JSON.parse(edit(job, ['sources', 0])) as { sources: unknown }).sources, []);
  });

  test('touch nothing but what changes, several of them in one step', () => {
    const found = editFor(job, [
      { path: ['target'], value: 'clap.mp4' },
      { path: ['sources'], value: ['bea.jpg'] },
    ]);
    assert.ok(found);
    assert.ok(found.offset > job.indexOf('"cl') && found.offset + found.length < job.indexOf('"settings"'));
    assert.equal(editFor(job, [{ path: ['target'], value: 'clip.mp4' }]), undefined);
  });
});
