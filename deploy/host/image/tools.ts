import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExecaError, execa } from 'execa';
import { ImageBuildError } from './build-error.js';

export interface RunToolOptions {
  signal?: AbortSignal | undefined;
  environment?: Record<string, string>;
  /** Called with each line of both output streams, in order of arrival. */
  onLine?: (line: string) => void;
  /** What the tool was to do, for the error message: "Installing the packages". */
  purpose: string;
}

/**
 * Runs a program of the host to its end, without a shell.
 *
 * @returns what it printed, stdout and stderr interleaved.
 * @throws ImageBuildError when it cannot be started or fails; the last lines that it printed are in the message.
 */
export async function runTool(
  command: readonly [string, ...string[]],
  options: RunToolOptions,
): Promise<string> {
  const [name, ...words] = command;
  const subprocess = execa(toolPath(name) ?? name, words, {
    stdin: 'ignore',
    all: true,
    forceKillAfterDelay: false,
    ...(options.environment === undefined ? {} : { env: options.environment }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const endTree = (): void => {
    if (subprocess.pid !== undefined) endDescendants(subprocess.pid);
    // A process of another user namespace cannot be signalled; its next line of output ends it.
    subprocess.all.destroy();
    subprocess.stdout.destroy();
    subprocess.stderr.destroy();
  };
  options.signal?.addEventListener('abort', endTree, { once: true });
  const ended = subprocess.then(
    (result) => result.all,
    (error: unknown) => {
      throw toolError({ name, purpose: options.purpose, error, signal: options.signal });
    },
  );
  try {
    if (options.onLine !== undefined) {
      const relayed = relayLines(subprocess.iterable({ from: 'all' }), options.onLine);
      // How the program ended is told by `ended`; the lines end with it.
      await Promise.allSettled([relayed, ended]);
    }
    return await ended;
  } finally {
    options.signal?.removeEventListener('abort', endTree);
  }
}

/**
 * Fails early, with one sentence, when programs of the host are missing.
 *
 * @throws ImageBuildError naming the packages of Debian and Fedora that hold them.
 */
export function requireTools(names: readonly string[]): void {
  const missing = names.filter((name) => toolPath(name) === undefined);
  if (missing.length === 0) return;
  const packages = (family: 'debian' | 'fedora'): string =>
    [...new Set(missing.map((name) => toolPackages[name]?.[family] ?? name))].join(' ');
  throw new ImageBuildError(
    `These programs are needed to build the guest image and were not found: ${missing.join(', ')}. ` +
      `Install them with "sudo apt install ${packages('debian')}" (Debian, Ubuntu) ` +
      `or "sudo dnf install ${packages('fedora')}" (Fedora).`,
  );
}

/** Absolute path of a program, undefined when it is not installed. */
export function toolPath(name: string): string | undefined {
  return programDirectories
    .map((directory) => join(directory, name))
    .find((path) => isExecutable(path));
}

const toolPackages: Record<string, { debian: string; fedora: string }> = {
  mmdebstrap: { debian: 'mmdebstrap', fedora: 'mmdebstrap' },
  mke2fs: { debian: 'e2fsprogs', fedora: 'e2fsprogs' },
  debugfs: { debian: 'e2fsprogs', fedora: 'e2fsprogs' },
  'qemu-img': { debian: 'qemu-utils', fedora: 'qemu-img' },
  newuidmap: { debian: 'uidmap', fedora: 'shadow-utils' },
  newgidmap: { debian: 'uidmap', fedora: 'shadow-utils' },
};

/** The sbin directories are not on every user's path, and the tools of the file system live there. */
const programDirectories = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
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
    return new ImageBuildError(`${purpose} was cancelled.`, { cause: signal.reason });
  }
  if (!(error instanceof ExecaError)) {
    return new ImageBuildError(`${purpose} failed.`, { cause: error });
  }
  const how =
    error.exitCode === undefined
      ? `${name} could not be run (${error.signal ?? error.code ?? error.shortMessage})`
      : `${name} ended with exit code ${error.exitCode}`;
  return new ImageBuildError(`${purpose} failed: ${how}.${lastLines(error.all ?? '')}`, {
    cause: error,
  });
}

const keptLines = 12;

function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return ' It printed nothing.';
  return ` Its last lines:\n${lines.slice(-keptLines).join('\n')}`;
}
