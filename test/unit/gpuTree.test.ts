import assert from 'node:assert/strict';
import Module from 'node:module';
import { after, before, describe, test } from 'node:test';
import type { GpuTree } from '../../src/host/views/gpuTree';
import type { Host } from '../../src/host/host';

/** What of VS Code's API the tree uses. */
const editor = {
  l10n: { t: (text: string) => text },
  EventEmitter: class {
    fire(): void {
      // Nobody listens here.
    }
  },
  ThemeIcon: class {
    constructor(readonly id: string) {}
  },
  ThemeColor: class {
    constructor(readonly id: string) {}
  },
  TreeItem: class {
    constructor(readonly label: string) {}
  },
};
type Load = (request: string, ...rest: unknown[]) => unknown;

describe('The view of the GPU', () => {
  const loader = Module as unknown as { _load: Load };
  const load = loader._load;
  let Tree: typeof GpuTree;
  before(async () => {
    loader._load = (request, ...rest) => (request === 'vscode' ? editor : load(request, ...rest));
    ({ GpuTree: Tree } = await import('../../src/host/views/gpuTree'));
  });
  after(() => {
    loader._load = load;
  });

  test('has an empty row for one that is gone when VS Code asks how it looks', () => {
    const host = {
      jobs: { all: [], onDidChange: () => undefined },
      onDidChangeModels: () => undefined,
      onDidCheck: (listener: () => void) => (told = listener),
      lastCheck: { checks: [{ name: 'provider cuda', ok: false, detail: 'no driver' }] },
      places: () => ({ storage: '' }),
    };
    let told = (): void => undefined;
    const tree = new Tree(host as unknown as Host);
    assert.ok(tree.getChildren().includes('check provider cuda'));
    assert.equal(tree.getTreeItem('check provider cuda').label, 'CUDA');
    host.lastCheck.checks = [];
    told();
    assert.equal(tree.getTreeItem('check provider cuda').label, '');
    assert.deepEqual(tree.getChildren(), []);
  });
});
