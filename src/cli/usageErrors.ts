import { CommanderError, type Command } from 'commander';
import { FaceSwapError } from '../protocol/errors';

/** What `help [command]` does. */
export const helpOfCommand = 'print the help of a command';

/** Makes a command and those below it throw `usage`, with what to do next, for calls that are not understood, and print nothing of them. */
export function throwUsageErrors(command: Command): void {
  command
    .exitOverride((error) => {
      // Help and version that were asked for have been printed by now.
      throw error.exitCode === 0 ? error : new FaceSwapError('usage', { reason: sentenceOf(error, command) });
    })
    .configureOutput({ outputError: () => undefined, writeErr: () => undefined });
  command.commands.forEach(throwUsageErrors);
}

function sentenceOf({ code, message }: CommanderError, command: Command): string {
  const named = /'(.*?)'/s.exec(message)?.[1] ?? '';
  switch (code) {
    case 'commander.unknownOption':
      return unknownOption(named, /Did you mean (?:one of )?(.*)\?/.exec(message)?.[1], command);
    case 'commander.optionMissingArgument':
      return `${named} needs a value; ${helpOf(command)} tells which`;
    case 'commander.missingArgument':
      return `The ${named} is missing; the call is “${command.createHelp().commandUsage(command)}”`;
    case 'commander.excessArguments':
      return excess(command);
    case 'commander.help':
      return `There is no command “${command.args.at(-1) ?? ''}”; ${helpOf(command)} lists all of them`;
    default:
      return message
        .replace(/^error: /, '')
        .replace(/^option '([^']*)' argument '(.*)' is invalid\. /s, '“$2” does not fit $1: ')
        .replace(': Allowed choices are ', ': it must be one of ');
  }
}

function unknownOption(flag: string, similar: string | undefined, command: Command): string {
  const [name, ...value] = flag.split('=');
  if (value.length > 0 && command.options.some(({ long }) => long === name))
    return `${name} takes no value; leave “=${value.join('=')}” out`;
  const hint = similar === undefined ? '' : ` (did you mean ${similar}?)`;
  return `There is no option ${flag}${hint}; ${helpOf(command)} lists all of them`;
}

/** Of a group of commands one is the default; whoever gives it too much has meant another one, or the wrong name. */
function excess(command: Command): string {
  const extra = command.args[command.registeredArguments.length];
  const group = command.parent?.parent ? command.parent : command;
  return `“${extra}” means nothing to “${nameOf(group)}”; ${helpOf(group)} tells what does`;
}

const nameOf = (command: Command): string =>
  command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();

const helpOf = (command: Command): string => `“${nameOf(command)} --help”`;
