// `npm run package`: the .vsix for the platform this runs on, with everything the extension needs at run time.
const { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { createVSIX } = require('@vscode/vsce');

const root = path.resolve(__dirname, '..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** VS Code's name for this platform, as `vsce --target` wants it. */
const target = `${process.platform}-${process.arch}`;

/** What .vscodeignore cannot name, because it differs by platform: onnxruntime without the GPU providers, ffmpeg, ffprobe. */
const nativeParts = [
  `!node_modules/onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}/!(*providers*)`,
  ...['ffmpeg', 'ffprobe'].flatMap((name) => [
    `!node_modules/@${name}-installer/${name}/package.json`,
    `!node_modules/@${name}-installer/${name}/{index.js,lib/*.js,LICENSE}`,
    `!node_modules/@${name}-installer/${target}/{package.json,README.md,LICENSE,${name},${name}.exe}`,
  ]),
  // Where its download has worked, the current ffmpeg comes along as well.
  '!node_modules/ffmpeg-static/{package.json,index.js,LICENSE,ffmpeg,ffmpeg.exe}',
];

/** Packs the built checkout into `folder`. Returns the file's path. */
async function packageExtension(folder) {
  for (const needed of [
    'dist/extension.js',
    'dist/pipelineThread.js',
    'dist/cli.js',
    'models/face_detector.onnx',
    'media/sample/clip.mp4',
  ])
    if (!existsSync(path.join(root, needed)))
      throw new Error(`${needed} is missing: run "npm run build" first`);
  allowExecution();
  const packagePath = path.join(folder, `${manifest.name}-${target}-${manifest.version}.vsix`);
  await createVSIX({
    cwd: root,
    packagePath,
    target,
    ignoreFile: writeAllowList(),
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
    skipLicense: true,
  });
  return packagePath;
}

function writeAllowList() {
  const file = path.join(root, 'out', 'vscodeignore');
  mkdirSync(path.dirname(file), { recursive: true });
  const common = readFileSync(path.join(root, '.vscodeignore'), 'utf8');
  writeFileSync(file, `${common}${nativeParts.join('\n')}\n`);
  return file;
}

/** The programs come out of the .vsix with the modes they go in with, and npm unpacks some without the right to run. */
function allowExecution() {
  for (const name of ['ffmpeg', 'ffprobe']) {
    const program = path.join(root, 'node_modules', `@${name}-installer`, target, name);
    if (existsSync(program)) chmodSync(program, 0o755);
  }
}

module.exports = { packageExtension };

if (require.main === module)
  packageExtension(root).then(
    (file) => console.log(`${path.relative(root, file)} for ${target}`),
    (error) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
