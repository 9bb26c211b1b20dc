import { HandDetector } from '../../src/pipeline/hands/handDetector';
import { HandFinder } from '../../src/pipeline/hands/handFinder';
import { HandLandmarker } from '../../src/pipeline/hands/handLandmarker';
import { openSession } from '../../src/pipeline/inference/session';
import { modelFile } from './faceModels';

let opened: Promise<HandFinder> | undefined;

async function open(): Promise<HandFinder> {
  const session = async (role: string) =>
    openSession(await modelFile(role), { providers: ['cpu'], threads: 1 });
  const detector = new HandDetector(await session('hand_detector'));
  return new HandFinder(detector, new HandLandmarker(await session('hand_landmarker')));
}

/** What finds hands, on the CPU, opened once per test file. */
export function handFinder(): Promise<HandFinder> {
  opened ??= open();
  return opened;
}
