// Starts a program of the command line, and turns its errors into one sentence and an exit code.

import { Command, CommanderError } from 'commander';
import { ConfigError } from '../lib/config/settings.js';
import { hideDeprecations } from '../lib/process/deprecations.js';
import { UserError } from '../lib/process/user-error.js';
import { versionText } from '../lib/process/version.js';
import { RpcError } from '../lib/rpc/error.js';

/** Exit codes that all programs share: 1 a failure, 2 wrong usage or a variable that can't be used. */
const exitCodes = { failure: 1, usage: 2 } as const;

/** The command line can't be used. */
export class UsageError extends UserError {
  override readonly name = 'UsageError';
}

/** A command whose errors are thrown and begin with its name, for `runProgram`. */
export function programCommand(name: string): Command {
  return new Command(name).exitOverride().configureOutput({
    outputError: (text, write) => write(text.replace(/^error:/, `${name}:`)),
  });
}

/**
 * Prints the help of a command, or its version, where `--help`, `-h` or `--version` is its only argument. Beside others it
 * belongs to the line that a user of PBot has written.
 */
export function describeIfAsked(command: Command, argv: readonly string[]): void {
  const [word, ...others] = argv;
  if (others.length > 0) return;
  if (word === '--help' || word === '-h') command.help();
  if (word === '--version') {
    const text = versionText(command.name());
    process.stdout.write(`${text}\n`);
    throw new CommanderError(0, 'commander.version', text);
  }
}

/**
 * Does the work of a program. What the person at the keyboard can put right is printed as a sentence; anything else is an
 * error of the program, and thrown.
 */
export async function runProgram(
  name: string,
  work: () => Promise<void>,
  options: {
    /** Exit code of a failure. */
    readonly failure?: number;
    /** Where a variable can't be used, the sentence begins with the variable, as those of the services do. */
    readonly namesVariablesAlone?: boolean;
  } = {},
): Promise<void> {
  hideDeprecations();
  for (const stream of [process.stdout, process.stderr]) {
    stream.off('error', endWithReader).on('error', endWithReader);
  }
  try {
    await work();
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has printed it already. A help text ends with 0.
      process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
    } else if (error instanceof UserError || error instanceof RpcError) {
      const isOfVariable = error instanceof ConfigError && options.namesVariablesAlone === true;
      process.stderr.write(`${isOfVariable ? '' : `${name}: `}${error.message}\n`);
      process.exitCode = isOfUsage(error)
        ? exitCodes.usage
        : (options.failure ?? exitCodes.failure);
    } else throw error;
  }
}

/** Ends this program once all of its output has been taken. */
export async function exitWhenWritten(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
  process.exit();
}

/** Who read the output, such as `head`, has seen enough. Other programs are ended by SIGPIPE then, which Node.js ignores. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

function isOfUsage(error: Error): boolean {
  return error instanceof UsageError || error instanceof ConfigError;
}
