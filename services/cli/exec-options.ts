// The options of vm-exec itself, which stand before the words that PBot's users write.

import { CommanderError, InvalidArgumentError } from 'commander';
import { programCommand, UsageError } from './program.js';

/** What stands on the command line of vm-exec. */
export interface ExecOptions {
  /** Local paths of files that go to the program. */
  readonly files: readonly string[];
  /** Paths or globs of files that come back. */
  readonly outputFiles: readonly string[];
  /** Where those are put; there where any are asked for. */
  readonly outputDirectory: string;
  /** Without an Executor: vm-exec opens the data channel itself. */
  readonly direct: boolean;
  /** The code is checked before it runs. */
  readonly check: boolean;
  /** What is left: PBot's command line. */
  readonly words: readonly string[];
}

const usage =
  '[OPTIONS] [-lang=LANGUAGE] [-args "ARGUMENTS"] [OPTIONS OF THE COMPILER] CODE [-stdin TEXT]';

/** What vm-exec says to a command line without code. */
export const execUsage = `there is no code to run.\nUsage: vm-exec ${usage}\nTry: vm-exec --help`;

/** The command vm-exec: its options, and its help. */
export function execCommand() {
  return programCommand('vm-exec')
    .usage(usage)
    .description(description)
    .helpOption(false)
    .option('--file <path>', fileText, collect)
    .option('--output-file <glob>', outputFileText, collect)
    .option('--output-directory <dir>', 'where those files are put', collect)
    .option('--direct', directText)
    .option('--check', checkText)
    .argument('[words...]')
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText('after', exitCodesAndExamples);
}

/**
 * Takes vm-exec's own options off the front of its arguments. What stands after the first other word is none of them: it
 * may be code.
 *
 * @throws UsageError
 */
export function takeExecOptions(argv: readonly string[]): ExecOptions {
  const command = execCommand().configureOutput({ writeErr: () => undefined });
  try {
    // commander would drop the first `--`, which belongs to PBot's line.
    command.parse(
      argv.map((argument) => (argument === '--' ? dashes : argument)),
      { from: 'user' },
    );
  } catch (error) {
    const option = error instanceof CommanderError && /--[a-z-]+/.exec(error.message)?.[0];
    throw option ? new UsageError(`${option} needs a value`) : error;
  }
  const given =
    command.opts<
      Partial<
        Record<'file' | 'outputFile' | 'outputDirectory', string[]> &
          Record<'direct' | 'check', boolean>
      >
    >();
  const {
    direct = false,
    check = false,
    file: files = [],
    outputFile: outputFiles = [],
    outputDirectory: directories,
  } = given;
  const outputDirectory = directories?.at(-1);
  if (outputFiles.length > 0 && outputDirectory === undefined) {
    throw new UsageError('--output-file needs --output-directory');
  }
  return {
    files: files.map(restored),
    outputFiles: outputFiles.map(restored),
    outputDirectory: restored(outputDirectory ?? ''),
    direct,
    check,
    words: command.args.map(restored),
  };
}

const description = `Runs CODE in the virtual machine: its output here, a log on stderr. Standard input goes to the program \
unless it is a terminal. -lang=? lists the languages; without -lang the code is C. Where PBOTVM_SERVER is \
not set and no Executor runs, the data channel is opened from here, so that a guest can be tried before vm-server is started. \
The options below stand before all else.`;

const fileText =
  'puts a file of this host beside the code, under the same relative path; may be repeated. Without CODE the first one is the code.';

const outputFileText =
  'brings back what the program has left under that path; *, ? and ** stand for others; may be repeated';

const directText =
  'opens the data channel of the machine at PBOTVM_SERIAL itself, without an Executor: for a guest that is being set up';

const checkText =
  'checks the code of an interpreted language before it runs (sh, bash, python3, perl, lua, javascript): an error of syntax is then one of compiling';

const exitCodesAndExamples = `
Exit code: that of the program; 128 + N where signal N ended it; 124 where it was ended for a limit;
125 where it could not be run; 74 where it ended with 0 and a file could not be written here; 2 for wrong usage.

  vm-exec -lang=sh echo hello world
  echo data | vm-exec -lang=python3 'import sys; print(len(sys.stdin.read()))'
  vm-exec --file main.c --file list.c --file list.h --output-file '*.txt' --output-directory out -lang=c11
`;

/** Stands for `--`: no argument of a program holds a NUL. */
const dashes = '\0--';

function restored(word: string): string {
  return word === dashes ? '--' : word;
}

function collect(value: string, others: string[] = []): string[] {
  if (value === '') throw new InvalidArgumentError('It is empty.');
  return [...others, value];
}
