// `npm run screenshots`: takes the pictures of README.md in a real VS Code (test/host/gallery) and puts them into docs/images.
const { existsSync, mkdirSync, readdirSync, rmSync, statSync } = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const sharp = require('sharp');

const root = path.resolve(__dirname, '..');
const taken = path.join(root, 'out', 'screenshots', 'gallery');
const kept = path.join(root, 'docs', 'images');
const mostBytes = 300_000;

async function main() {
  if (!existsSync(path.join(root, 'dist', 'extension.js'))) throw new Error('Run "npm run build" first.');
  rmSync(taken, { recursive: true, force: true });
  const env = { ...process.env, HOST_SUITES: 'gallery' };
  const run = path.join(root, 'test', 'host', 'run.js');
  const { status } = spawnSync(process.execPath, [run], { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) throw new Error('The pictures could not be taken.');
  mkdirSync(kept, { recursive: true });
  for (const name of readdirSync(taken).sort()) {
    const file = path.join(kept, name);
    // Photos in them make lossless files large; a palette keeps text sharp.
    await sharp(path.join(taken, name)).png({ palette: true, quality: 90, effort: 10 }).toFile(file);
    const { size } = statSync(file);
    if (size > mostBytes) throw new Error(`${name} has ${size} bytes, more than ${mostBytes}`);
    console.log(`${path.relative(root, file)}  ${Math.round(size / 1000)} kB`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
