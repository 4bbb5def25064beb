// Runs a program of the host for the image builder.

import { type ReadStream, readFileSync, type WriteStream } from 'node:fs';
import { ExecaError, execa, type Options } from 'execa';
import { onExit } from 'signal-exit';
import { UserError } from '../../../services/lib/process/user-error.js';
import { installCommand } from '../distribution.js';
import { findTool, packagesOf, type Tool } from '../tools.js';

export interface RunToolOptions {
  signal?: AbortSignal | undefined;
  environment?: Record<string, string>;
  /** Open file that the tool reads as its standard input; nothing by default. */
  input?: ReadStream;
  /** Open file that its standard output goes to, in place of `onLine` and the result. */
  output?: WriteStream;
  /** Called with each line of both output streams, in order of arrival. */
  onLine?: (line: string) => void;
  /** What the tool was to do, for the error message: "Installing the packages". */
  purpose: string;
  /** What the error message says has failed, where the program that is run only starts it. */
  program?: string;
}

/**
 * Runs a program of the host to its end, without a shell. If a signal ends us first, what it has started ends too.
 *
 * @returns what it printed, stdout and stderr interleaved.
 * @throws UserError when it cannot be started or fails; the last lines that it printed are in the message.
 */
export async function runTool(
  command: readonly [string, ...string[]],
  options: RunToolOptions,
): Promise<string> {
  const [name, ...args] = command;
  const streams: Pick<Options, 'stdin' | 'stdout'> = {
    stdin: options.input ?? 'ignore',
    stdout: options.output ?? 'pipe',
  };
  const subprocess = execa(findTool(name) ?? name, args, {
    ...streams,
    all: true,
    forceKillAfterDelay: false,
    ...(options.environment === undefined ? {} : { env: options.environment }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const endTree = (): void => {
    if (subprocess.pid !== undefined) endDescendants(subprocess.pid);
    // A process of another user namespace cannot be signalled; its next line of output ends it.
    subprocess.all?.destroy();
    subprocess.stdout?.destroy();
    subprocess.stderr?.destroy();
  };
  options.signal?.addEventListener('abort', endTree, { once: true });
  const stopWatchingForExit = onExit(endTree);
  const ended = subprocess.then(
    (result) => result.all ?? '',
    (error: unknown) => {
      const program = options.program ?? name;
      throw toolError({ name: program, purpose: options.purpose, error, signal: options.signal });
    },
  );
  try {
    if (options.onLine !== undefined) {
      const relayed = relayLines(subprocess.iterable({ from: 'all' }), options.onLine);
      // `ended` says how the program ended; the lines end with it.
      await Promise.allSettled([relayed, ended]);
    }
    return await ended;
  } finally {
    options.signal?.removeEventListener('abort', endTree);
    stopWatchingForExit();
  }
}

/**
 * Fails early, with one sentence, when programs of the host are missing.
 *
 * @throws UserError naming the packages that hold them
 */
export function requireTools(tools: readonly Tool[]): void {
  const missing = tools.filter((tool) => findTool(tool) === undefined);
  if (missing.length > 0) throw missingTools(missing);
}

/** The error that names missing tools and the packages that hold them. */
export function missingTools(missing: readonly Tool[]): UserError {
  return new UserError(
    `These programs are needed to build the guest image and were not found: ${missing.join(', ')}. ` +
      `Install them with ${installCommand(undefined, packagesOf(missing))}.`,
  );
}

/** Asks all processes below one to end; mmdebstrap itself ignores the request and waits for what it started. */
function endDescendants(processId: number): void {
  for (const child of childProcesses(processId)) {
    endDescendants(child);
    try {
      process.kill(child, 'SIGTERM');
    } catch {
      // It has ended, or belongs to another user namespace.
    }
  }
}

function childProcesses(processId: number): number[] {
  try {
    const children = readFileSync(`/proc/${processId}/task/${processId}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

async function relayLines(
  lines: AsyncIterable<string>,
  onLine: (line: string) => void,
): Promise<void> {
  for await (const line of lines) onLine(line);
}

function toolError(failure: {
  name: string;
  purpose: string;
  error: unknown;
  signal: AbortSignal | undefined;
}): Error {
  const { name, purpose, error, signal } = failure;
  if (signal?.aborted === true) {
    return new UserError(`${purpose} was cancelled.`, { cause: signal.reason });
  }
  if (!(error instanceof ExecaError)) {
    return new UserError(`${purpose} failed.`, { cause: error });
  }
  const how =
    error.exitCode === undefined
      ? `${name} could not be run (${error.signal ?? error.code ?? error.shortMessage})`
      : `${name} ended with exit code ${error.exitCode}`;
  return new UserError(`${purpose} failed: ${how}.${lastLines(error.all ?? '')}`, {
    cause: error,
  });
}

const keptLines = 12;

function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return ' It printed nothing.';
  return ` Its last lines:\n${lines.slice(-keptLines).join('\n')}`;
}
