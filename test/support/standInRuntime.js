// Stands in for the native part of onnxruntime with a CUDA provider, where FACE_SWAP_RUNTIME points: what is asked of CUDA runs on
// the CPU, and the profile says CUDA. FACE_SWAP_STAND_IN names a JSON file:
//   binding  the real native module
//   full     [{ model, run, times, crash }]: on CUDA the run of that number of a model (by the beginning of its file's name), and the runs
//            after it, fail as a full GPU does, so many times in all processes together,
//            or crash it
//   memory   { contextMb, sessionMb }: what a process and each session on CUDA take of the GPU, for fakeNvidiaSmi.js; a process
//            keeps its context to the end, as those of CUDA do
const {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const path = require('node:path');

const file = process.env['FACE_SWAP_STAND_IN'];
const { binding, full = [], memory } = JSON.parse(readFileSync(file, 'utf8'));
const real = require(binding);
const isOnCuda = (options) =>
  options?.executionProviders?.some((one) => (one.name ?? one) === 'cuda') ?? false;
// As onnxruntime says it (hacksider/Deep-Live-Cam, issue 645).
const message =
  "Non-zero status code returned while running Conv node. Name:'Conv_111' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:359 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 13111296";

class InferenceSession {
  constructor() {
    this.session = new real.InferenceSession();
    this.runs = 0;
  }

  loadModel(model, options) {
    this.model = path.basename(model);
    this.onCuda = isOnCuda(options);
    this.profile = options.enableProfiling ? options.profileFilePrefix : undefined;
    if (this.onCuda && memory) this.held = take();
    this.session.loadModel(model, this.onCuda ? { ...options, executionProviders: ['cpu'] } : options);
  }

  get inputMetadata() {
    return this.session.inputMetadata;
  }

  get outputMetadata() {
    return this.session.outputMetadata;
  }

  run(...args) {
    this.runs++;
    const rule =
      this.onCuda && full.find(({ model, run }) => this.model.startsWith(model) && this.runs >= run);
    if (rule && failures(rule) < (rule.times ?? 1)) {
      if (rule.crash) process.kill(process.pid, 'SIGSEGV');
      appendFileSync(failuresFile(rule), 'x');
      throw new Error(message);
    }
    return this.session.run(...args);
  }

  endProfiling() {
    this.session.endProfiling();
    if (!this.onCuda || this.profile === undefined) return;
    const folder = path.dirname(this.profile);
    for (const name of readdirSync(folder)) {
      const text = readFileSync(path.join(folder, name), 'utf8');
      writeFileSync(
        path.join(folder, name),
        text.replaceAll('CPUExecutionProvider', 'CUDAExecutionProvider'),
      );
    }
  }

  dispose() {
    if (this.held) rmSync(this.held);
    this.session.dispose();
  }
}

let sessions = 0;

/** Puts what a session takes into a file of its own, whose name is returned. */
function take() {
  const folder = `${file}.memory`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${process.pid}-context`), String(memory.contextMb));
  const held = path.join(folder, `${process.pid}-${++sessions}`);
  writeFileSync(held, String(memory.sessionMb));
  return held;
}

const failuresFile = ({ model }) => `${file}.${model}`;
const failures = (rule) =>
  existsSync(failuresFile(rule)) ? readFileSync(failuresFile(rule), 'utf8').length : 0;

module.exports = {
  ...real,
  InferenceSession,
  listSupportedBackends: real.listSupportedBackends,
  initOrtOnce: real.initOrtOnce,
};
