import { existsSync } from 'node:fs';
import path from 'node:path';

/** This folder, also for tests that run bundled, in out/host-tests. */
export const supportFolder = existsSync(path.join(__dirname, 'fakeNvidiaSmi.js'))
  ? __dirname
  : path.resolve(__dirname, '..', '..', 'test', 'support');
