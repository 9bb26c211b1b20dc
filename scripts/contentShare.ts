import { readFileSync } from 'node:fs';
import { findModel } from '../src/models';
import { cropToTensor } from '../src/pipeline/image/crop';
import { openSession } from '../src/pipeline/inference/session';
import { readRgb } from '../src/pipeline/media/images';
import { PauseGate } from '../src/pipeline/pauseGate';
import { swapVideo } from '../src/pipeline/swapVideo';
import { defaultExecution } from '../src/protocol/job';
import { meshJob, quietContext } from '../test/support/meshJob';
import { descendantsCpuMs } from './processTime';

/** Milliseconds of CPU time. */
export interface ContentShare {
  check: number;
  job: number;
}

/** All threads of this process. */
function ofProcess(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * This thread, on which networks run as well (first field of schedstat, nanoseconds). The file alone lags by up to
 * 4 ms; when the kernel is asked for the time of the process, it brings this thread's up to date.
 */
function ofThread(): number {
  process.cpuUsage();
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
}

/**
 * Runs one job in this process by a clock of CPU time in place of the usual one, so that its stopwatch tells what a stage has cost. Until
 * the networks for faces are opened the check is alone: all threads count, and the programs that were started, which are decoders of
 * glances. Later the job's other threads work beside it.
 * @param what 'own': what the job would not have cost without the check. What any job needs (the runtime, the kernels of crops) is there
 * before, and of what happens among the frames this thread counts. 'all': what comes first counts for the check, and so does
 * everything that other threads do meanwhile
 */
async function main([source, target, output, what]: string[]): Promise<void> {
  const whole = () => ofProcess() + descendantsCpuMs();
  const started = whole();
  if (what === 'own') await payShared(source);
  let clock = whole;
  const gate = new PauseGate(undefined, () => clock());
  const report = await swapVideo(meshJob({ sources: [source], target, output, overwrite: true }), {
    ...quietContext,
    gate,
    onProgress({ stage }) {
      if (stage !== 'probe') clock = what === 'own' ? ofThread : ofProcess;
    },
  });
  const share: ContentShare = { check: report.timings['content check'], job: whole() - started };
  console.log(JSON.stringify(share));
}

/** Does first what looking for a face in the source does. */
async function payShared(source: string): Promise<void> {
  const photo = await readRgb(source);
  const { path } = await findModel('face_landmarker');
  const session = await openSession(path, { ...defaultExecution, providers: ['cpu'] });
  const square = { cx: photo.width / 2, cy: photo.height / 2, size: photo.width, angle: 0 };
  await session.run({ input: cropToTensor(photo, square, 192, { mul: 1 / 255, add: 0 }) });
  await session.release();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
