import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { build, type BuildOptions } from 'esbuild';

const root = path.resolve(__dirname, '..', '..');
const { builds } = createRequire(__filename)('../../esbuild.js') as { builds: BuildOptions[] };

/** Folders of the packages whose code ends up in a bundle; `@scope/name` or `name` under `node_modules`. */
async function bundledPackages(): Promise<string[]> {
  const folders = new Set<string>();
  for (const options of builds) {
    const { metafile } = await build({ ...options, write: false, metafile: true });
    for (const { inputs } of Object.values(metafile.outputs)) {
      for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file.split(path.sep).join('/'));
        if (folder && bytesInOutput > 0) folders.add(folder[0]);
      }
    }
  }
  return [...folders].sort();
}

test('every package that is bundled stands in the notices with its version and licence', async () => {
  const rows = readFileSync(path.join(root, 'THIRD_PARTY_NOTICES.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const folders = await bundledPackages();
  assert.ok(folders.length > 10, `${folders.length} packages are bundled`);
  const lacking = folders.flatMap((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(path.join(root, folder, 'package.json'), 'utf8'),
    ) as { name: string; version: string; license: string };
    const said = rows.some((row) => row.includes(`\`${name}\` ${version}`) && row.includes(license));
    return said ? [] : [`${name} ${version} ${license}`];
  });
  assert.deepEqual(lacking, []);
});
