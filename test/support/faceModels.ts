import { findModel } from '../../src/models';
import { BuiltInDetector } from '../../src/pipeline/faces/builtInDetector';
import { BuiltInRecognizer } from '../../src/pipeline/faces/builtInRecognizer';
import { FaceLandmarker } from '../../src/pipeline/faces/landmarker';
import type { FaceModels } from '../../src/pipeline/faces/models';
import { openSession } from '../../src/pipeline/inference/session';

/** File of a built-in model. */
export async function modelFile(role: string): Promise<string> {
  return (await findModel(role)).path;
}

let opened: Promise<FaceModels> | undefined;

async function open(): Promise<FaceModels> {
  const session = async (role: string) =>
    openSession(await modelFile(role), { providers: ['cpu'], threads: 1 });
  return {
    detector: new BuiltInDetector(await session('face_detector')),
    landmarker: new FaceLandmarker(
      await session('face_landmarker'),
      await session('face_landmarker_refined'),
    ),
    recognizer: new BuiltInRecognizer(await session('face_recognizer')),
  };
}

/** The built-in models on the CPU, opened once per test file. */
export function faceModels(): Promise<FaceModels> {
  opened ??= open();
  return opened;
}
