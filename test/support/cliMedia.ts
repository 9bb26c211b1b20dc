import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fillWorkspace } from './hostWorkspace';

/** Fills a folder with the media of `fillWorkspace` and returns it. */
export function mediaFolder(parent: string): string {
  const folder = path.join(parent, 'media');
  mkdirSync(folder);
  fillWorkspace(folder);
  return folder;
}

/** Everything in a folder, hidden files and what lies deeper included. */
export function everythingIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}
