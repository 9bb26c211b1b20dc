import { existsSync } from 'node:fs';
import path from 'node:path';

/** Ordinary, lawful photos that development dependencies bring along. */
export const packagedPhotos: readonly string[] = [
  ...[1, 2, 3, 4, 5, 6].map((n) => `@vladmandic/face-api/demo/sample${n}.jpg`),
  '@vladmandic/human/assets/samples.jpg',
]
  .map((name) => path.resolve(__dirname, '..', 'node_modules', name))
  .filter((name) => existsSync(name));
