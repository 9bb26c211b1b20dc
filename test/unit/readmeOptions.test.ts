import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Command } from 'commander';
import { addCudaPathOption } from '../../src/cli/cudaPlaces';
import { addPlaceOptions } from '../../src/cli/modelPlaces';
import { addCommonOptions, addRunOptions } from '../../src/cli/options';
import { exitCodes } from '../../src/protocol/exitCodes';

const readme = readFileSync(path.resolve(__dirname, '../../README.md'), 'utf8');
const options = addCudaPathOption(addPlaceOptions(addCommonOptions(addRunOptions(new Command())))).options;

/** Cells of the table of options: what stands in the first column, and its meaning. */
const rows = [...readme.matchAll(/^\| (`-.*?) +\| (.*?) +\|$/gm)].map(([, names, meaning]) => ({
  names,
  meaning,
}));
const longNames = (text: string): string[] => text.match(/--[a-z][a-z-]+/g) ?? [];

describe('what the README says of the command line', () => {
  test('names every option of run, and in its table no other', () => {
    const known = options.map(({ long }) => long!);
    assert.deepEqual(
      known.filter((name) => !longNames(readme).includes(name)),
      [],
    );
    assert.deepEqual(
      rows.flatMap(({ names }) => longNames(names)).filter((name) => !known.includes(name)),
      [],
    );
  });

  test('lists the choices and the number that is the default, where it gives one', () => {
    for (const { names, meaning } of rows) {
      const meant = options.filter(({ long }) => longNames(names).includes(long!));
      const numbers = [...meaning.matchAll(/\((?:`?)(\d[\d.]*)(?:`?)\)/g)].map(([, number]) =>
        Number(number),
      );
      const defaults = meant.flatMap(({ defaultValue }) =>
        typeof defaultValue === 'number' ? [defaultValue] : [],
      );
      assert.deepEqual(
        numbers.filter((number) => !defaults.includes(number)),
        [],
        names,
      );
    }
  });

  test('lists the exit codes', () => {
    const line = /^Exit codes: ([^]*?)\.$/m.exec(readme)![1];
    assert.deepEqual(
      [...line.matchAll(/(?:^|· )(\d+) /g)].map(([, code]) => Number(code)),
      Object.values(exitCodes),
    );
  });
});
