import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import { FaceSwapError } from '../protocol/errors';
import { isGpuName } from '../protocol/gpu';
import { isLabelText, mostLabelCharacters } from '../protocol/label';

/** A number within limits; the message names both. */
export function numberBetween(least: number, most: number, whole: boolean) {
  return (text: string): number => {
    const value = Number(text);
    if (
      text.trim() === '' ||
      !Number.isFinite(value) ||
      value < least ||
      value > most ||
      (whole && !Number.isInteger(value))
    ) {
      throw new InvalidArgumentError(`it must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** What looks like a file is one, and its path becomes absolute; anything else is an id. */
export function modelOf(option: string, choice: string | undefined): string | undefined {
  if (choice === '') throw new FaceSwapError('usage', { option, reason: 'a model is missing' });
  return choice !== undefined && /[\\/]|\.onnx$/i.test(choice) ? path.resolve(choice) : choice;
}

/** A GPU by its number or UUID; which there are is known later. */
export function gpuName(text: string): string {
  if (isGpuName(text)) return text;
  throw new InvalidArgumentError('it must be a number such as 0, or a UUID such as GPU-….');
}

/** The text of a visible label; one of blanks alone is none. */
export function labelText(text: string): string {
  if (isLabelText(text)) return text.trim();
  throw new InvalidArgumentError(`it must be one line of up to ${mostLabelCharacters} characters.`);
}
