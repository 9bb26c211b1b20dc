#!/usr/bin/env node
// Stands in for nvidia-smi. FACE_SWAP_FAKE_GPU names a JSON file:
//   curves  one per start of the watch, the last one for all further starts: a list of readings, each a number of MiB, a
//           text to print as it is, "exit", or { usedMb, until }, which repeats until a file whose name ends like that lies
//           in the folder; the last reading repeats
//   folder  that is looked through for such files
//   apps    lines of the query for programs; {pid} stands for nothing but itself
//   totalMb of the GPU
//   gpus    lines of the query for GPUs, in place of the one that there is
// The watch reports every few milliseconds, whatever interval was asked for.
const { appendFileSync, readdirSync, readFileSync } = require('node:fs');

const file = process.env['FACE_SWAP_FAKE_GPU'];
const { curves, apps = [], folder, totalMb = 8192, gpus } = JSON.parse(readFileSync(file, 'utf8'));
const args = process.argv.slice(2);
const query = args.find((arg) => arg.startsWith('--query-')) ?? '';
const print = (text) => process.stdout.write(`${text}\n`);
process.stdout.on('error', () => process.exit(0));

if (query.startsWith('--query-compute-apps')) apps.forEach(print);
else if (args.includes('-lms')) watch();
else if (gpus) gpus.forEach(print);
else print(`GPU-fake-1, 550.54.14, ${totalMb}, ${curves[0][0]}, NVIDIA Stand-In 3000`);

function isThere(ending) {
  return readdirSync(folder, { recursive: true }).some((name) => name.endsWith(ending));
}

function watch() {
  appendFileSync(`${file}.starts`, 'x');
  const starts = readFileSync(`${file}.starts`, 'utf8').length;
  const curve = curves[Math.min(starts, curves.length) - 1];
  let n = 0;
  const tick = () => {
    let reading = curve[Math.min(n, curve.length - 1)];
    if (reading.until === undefined || isThere(reading.until)) n++;
    reading = reading.usedMb ?? reading;
    if (reading === 'exit') process.exit(9);
    print(typeof reading === 'number' ? `GPU-fake-1, ${reading}, ${totalMb}, 37` : reading);
    setTimeout(tick, 5);
  };
  tick();
}
