import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Command, CommanderError } from 'commander';
import { numberBetween } from '../../src/cli/optionValues';
import { throwUsageErrors } from '../../src/cli/usageErrors';
import { FaceSwapError } from '../../src/protocol/errors';
import { describeError } from '../../src/protocol/errorText';

/** A small command line of the same build as ours. */
function program(): Command {
  const root = new Command('tool');
  const act = () => undefined;
  root
    .command('run', { isDefault: true })
    .argument('[job]')
    .option('--source <file>')
    .option('--json')
    .option('--quality <n>', '', numberBetween(0, 9, true))
    .action(act);
  root.command('faces <file>').action(act);
  const group = root.command('models');
  group.command('list', { isDefault: true }).action(act);
  group.command('get <id...>').action(act);
  throwUsageErrors(root);
  return root;
}

function toldOf(args: string[]): string {
  try {
    program().parse(args, { from: 'user' });
  } catch (error) {
    assert.ok(error instanceof FaceSwapError && error.code === 'usage', String(error));
    return describeError(error);
  }
  return '';
}

describe('a call that is not understood', () => {
  const told: [args: string, sentence: string][] = [
    ['--bogus', 'There is no option --bogus; “tool run --help” lists all of them.'],
    [
      '--sorce x',
      'There is no option --sorce (did you mean --source?); “tool run --help” lists all of them.',
    ],
    ['faces a -x', 'There is no option -x; “tool faces --help” lists all of them.'],
    ['--json=1', '--json takes no value; leave “=1” out.'],
    ['--source', '--source <file> needs a value; “tool run --help” tells which.'],
    ['--quality ten', '“ten” does not fit --quality <n>: it must be a whole number from 0 to 9.'],
    ['faces', 'The file is missing; the call is “tool faces [options] <file>”.'],
    ['models get', 'The id is missing; the call is “tool models get [options] <id...>”.'],
    ['a b', '“b” means nothing to “tool run”; “tool run --help” tells what does.'],
    ['models gte', '“gte” means nothing to “tool models”; “tool models --help” tells what does.'],
    ['help nothing', 'There is no command “nothing”; “tool --help” lists all of them.'],
    ['models help nothing', 'There is no command “nothing”; “tool models --help” lists all of them.'],
  ];
  for (const [args, sentence] of told) {
    test(`is told with what to do next: ${args}`, () => assert.equal(toldOf(args.split(' ')), sentence));
  }

  test('is nothing that is understood', () => {
    assert.equal(toldOf(['models', 'list']), '');
    const root = program();
    root.commands[1].configureOutput({ writeOut: () => undefined });
    assert.throws(
      () => root.parse(['faces', '--help'], { from: 'user' }),
      (error) => error instanceof CommanderError && error.exitCode === 0,
    );
  });
});
