#!/usr/bin/env node
// Stands in for nvidia-smi. FACE_SWAP_FAKE_GPU names a JSON file:
//   curves  one per start of the watch, the last one for all further starts: a list of readings, each a number of MiB, a
//           text to print as it is, "exit", or { usedMb, until }, which repeats until a file whose name ends like that lies
//           in the folder, or { live }, which is what the stand-in runtime of that configuration (standInRuntime.js) holds in
//           living processes, on top of 500 MiB; the last reading repeats
//   folder  that is looked through for such files
//   apps    lines of the query for programs; {pid} stands for nothing but itself
//   hidden  true: programs are listed without what they hold
//   totalMb of the GPU
//   gpus    lines of the query for GPUs, in place of the one that there is
//   parts   lines of the list of GPUs and of the instances that they are parted into
// Every query for programs adds a letter to a file beside it, whose name ends in .asked.
// The watch reports every few milliseconds, whatever interval was asked for.
const { appendFileSync, existsSync, readdirSync, readFileSync } = require('node:fs');

const file = process.env['FACE_SWAP_FAKE_GPU'];
const {
  curves,
  apps = [],
  folder,
  hidden = false,
  totalMb = 8192,
  gpus,
  parts = [],
} = JSON.parse(readFileSync(file, 'utf8'));
const args = process.argv.slice(2);
const query = args.find((arg) => arg.startsWith('--query-')) ?? '';
const print = (text) => process.stdout.write(`${text}\n`);
process.stdout.on('error', () => process.exit(0));

const [first] = curves[0];
if (query.startsWith('--query-compute-apps')) {
  appendFileSync(`${file}.asked`, 'x');
  [...apps, ...holders()].forEach(print);
} else if (args.includes('-lms')) watch();
else if (args.includes('--list-gpus')) parts.forEach(print);
else if (gpus) gpus.forEach(print);
else
  print(
    `GPU-fake-1, 550.54.14, ${totalMb}, ${first.live ? held(first.live) : (first.usedMb ?? first)}, NVIDIA Stand-In 3000`,
  );

function isThere(ending) {
  return readdirSync(folder, { recursive: true }).some((name) => name.endsWith(ending));
}

function holders() {
  if (first.live === undefined) return [];
  const pids = new Set(filesOf(first.live).map((name) => name.split('-')[0]));
  const used = [...pids].map((pid) => [pid, held(first.live, pid) - 500]).filter(([, mb]) => mb > 0);
  return used.map(([pid, mb]) => `GPU-fake-1, ${pid}, ${hidden ? '[N/A]' : mb}, /usr/bin/node`);
}

function filesOf(config) {
  return existsSync(`${config}.memory`) ? readdirSync(`${config}.memory`) : [];
}

/** Files are named after processes and hold MiB; what a process held is gone with it. */
function held(config, pid = '') {
  const names = filesOf(config).filter((name) => pid === '' || name.startsWith(`${pid}-`));
  const read = (name) => {
    try {
      process.kill(Number(name.split('-')[0]), 0);
      return Number(readFileSync(`${config}.memory/${name}`, 'utf8'));
    } catch {
      return 0;
    }
  };
  return names.reduce((sum, name) => sum + read(name), 500);
}

function watch() {
  appendFileSync(`${file}.starts`, 'x');
  const starts = readFileSync(`${file}.starts`, 'utf8').length;
  const curve = curves[Math.min(starts, curves.length) - 1];
  let n = 0;
  const tick = () => {
    let reading = curve[Math.min(n, curve.length - 1)];
    if (reading.live !== undefined) reading = held(reading.live);
    if (reading.until === undefined || isThere(reading.until)) n++;
    reading = reading.usedMb ?? reading;
    if (reading === 'exit') process.exit(9);
    print(typeof reading === 'number' ? `GPU-fake-1, ${reading}, ${totalMb}, 37` : reading);
    setTimeout(tick, 5);
  };
  tick();
}
