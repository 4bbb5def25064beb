import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, closeSync, constants, mkdirSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { quoteWord } from './command.js';
import type { Fence, FenceMaker, Usage } from './fence.js';
import { allocateOutputBuffer, OutputReader } from './output-reader.js';
import type { SystemCalls } from './system-calls.js';

/**
 * What the pipes of a program's output hold. Linux gives 64 KiB; a program that fills more at a time needs fewer changes
 * between it and the server, which cost most of all under emulation.
 */
const outputPipeBytes = 256 * 1024;

/** The user that programs run as. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
}

/** What an armed lane becomes. */
export interface LaneProgram {
  readonly command: readonly string[];
  readonly workingDirectory: string;
  /** Of the language: names and values are known to be harmless in a shell. */
  readonly languageEnvironment: Readonly<Record<string, string>>;
  /** Of the request. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How the main process of a lane ended. */
export type Outcome =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals };

/**
 * What a lane does until its program comes: it reads its last lines from the server, on descriptor 3, which is closed
 * before anything that came from outside runs.
 */
const laneScript = `
ulimit -c 0
echo armed >&3
script=
while IFS= read -r line <&3; do script="$script$line
"; done
exec 3<&-
eval "$script"
`;

/** Environment that every program finds. */
const baseEnvironment = {
  PATH: '/usr/local/bin:/usr/bin:/bin:/usr/games',
  LANG: 'C.UTF-8',
  USER: 'vm',
  LOGNAME: 'vm',
  SHELL: '/bin/sh',
};

export interface LaneSlotOptions {
  /** Directory for the FIFOs, made anew. Nobody but the server gets in. */
  readonly directory: string;
  readonly name: string;
  /** The shell of the lanes. */
  readonly shellPath: string;
  readonly makeFence: FenceMaker;
  /** Absent: programs run as the server's own user. */
  readonly credentials?: Credentials;
  /** Absent: the pipes are as large as the system makes them. */
  readonly systemCalls?: SystemCalls;
}

/**
 * A place for lanes, one at a time. Each lane is a shell that was started ahead of time, as the user of the programs
 * and in a fence of its own, and that turns into exactly one program.
 *
 * Its standard streams are FIFOs, not the sockets that Node.js would make: a program may open /dev/stdout, which fails
 * on a socket. They belong to the programs' user for that reason; other programs of that user must not reach them.
 */
export class LaneSlot {
  readonly #options: LaneSlotOptions;
  readonly #buffers = { stdout: allocateOutputBuffer(), stderr: allocateOutputBuffer() };

  private constructor(options: LaneSlotOptions) {
    this.#options = options;
  }

  static async create(options: LaneSlotOptions): Promise<LaneSlot> {
    rmSync(options.directory, { recursive: true, force: true });
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    const fifos = ['stdin', 'stdout', 'stderr'].map((name) => join(options.directory, name));
    await promisify(execFile)('mkfifo', ['-m', '600', ...fifos]);
    if (options.credentials !== undefined) {
      for (const fifo of fifos) chownSync(fifo, options.credentials.uid, options.credentials.gid);
    }
    return new LaneSlot(options);
  }

  /** Starts the shell of a lane and resolves when it waits for its program. */
  async arm(): Promise<Lane> {
    const { name, shellPath, makeFence, credentials } = this.#options;
    const ends = this.#openFifos();
    await Promise.all(['stdout', 'stderr'].map((fifo) => this.#enlarge(fifo)));
    const fence = makeFence(name);
    const shell = spawn(shellPath, ['-c', laneScript, 'lane'], {
      cwd: '/',
      env: baseEnvironment,
      // A session of its own: no signal to the server's group reaches it, nor the other way round.
      detached: true,
      stdio: [...ends.programs, 'pipe'],
      ...credentials,
    });
    for (const end of ends.programs) closeSync(end);
    try {
      await spawned(shell);
      fence.enclose(shell.pid as number);
      const control = shell.stdio[3] as Socket;
      await armed(shell, control);
      return new Lane({ shell, control, fence, descriptors: ends.ours, buffers: this.#buffers });
    } catch (error) {
      for (const end of Object.values(ends.ours)) closeSync(end);
      fence.kill();
      await fence.dissolve();
      throw error;
    }
  }

  async #enlarge(fifo: string): Promise<void> {
    const { directory, systemCalls } = this.#options;
    await systemCalls?.setPipeSize(join(directory, fifo), outputPipeBytes);
  }

  /** A FIFO's end opens without waiting only while its other end is open. Ours don't block, the program's do. */
  #openFifos() {
    const open = (stream: string, flags: number) =>
      openSync(join(this.#options.directory, stream), flags);
    const stdinHolder = open('stdin', constants.O_RDWR | constants.O_NONBLOCK);
    const stdout = open('stdout', constants.O_RDONLY | constants.O_NONBLOCK);
    const stderr = open('stderr', constants.O_RDONLY | constants.O_NONBLOCK);
    const programs = [
      open('stdin', constants.O_RDONLY),
      open('stdout', constants.O_WRONLY),
      open('stderr', constants.O_WRONLY),
    ];
    const stdin = open('stdin', constants.O_WRONLY | constants.O_NONBLOCK);
    // It would read as well, and a program that is gone would never be noticed.
    closeSync(stdinHolder);
    return { ours: { stdin, stdout, stderr }, programs };
  }
}

/** A shell that waits to become a program. */
export class Lane {
  readonly stdin: Socket;
  readonly stdout: OutputReader;
  readonly stderr: OutputReader;
  /** How the main process ended. */
  readonly ended: Promise<Outcome>;
  readonly #shell: ChildProcess;
  readonly #control: Socket;
  readonly #fence: Fence;
  #hasEnded = false;

  constructor(options: {
    shell: ChildProcess;
    control: Socket;
    fence: Fence;
    descriptors: { stdin: number; stdout: number; stderr: number };
    buffers: { stdout: Buffer; stderr: Buffer };
  }) {
    this.#shell = options.shell;
    this.#control = options.control;
    this.#fence = options.fence;
    const { descriptors, buffers } = options;
    this.stdin = new Socket({ fd: descriptors.stdin, readable: false, writable: true });
    this.stdout = new OutputReader(descriptors.stdout, buffers.stdout);
    this.stderr = new OutputReader(descriptors.stderr, buffers.stderr);
    // A program may close its input, or be gone, while we write: that is its own affair.
    this.stdin.on('error', () => this.stdin.destroy());
    this.#control.on('error', () => this.#control.destroy());
    this.ended = new Promise((resolve) => {
      this.#shell.once('exit', (exitCode, signal) => {
        this.#hasEnded = true;
        resolve(
          signal === null
            ? { kind: 'exited', exitCode: exitCode as number }
            : { kind: 'signalled', signal },
        );
      });
    });
  }

  /** Whether the shell still waits: another program may have ended it (`kill -9 -1`). */
  get isArmed(): boolean {
    return !this.#hasEnded;
  }

  start(program: LaneProgram): void {
    this.#control.end(startScript(program));
  }

  signal(signal: NodeJS.Signals): void {
    this.#shell.kill(signal);
  }

  /** Ends every process of the lane. */
  kill(): void {
    this.#fence.kill();
  }

  /** Resolves with what was used when no process of the lane is left. */
  dissolve(): Promise<Usage> {
    return this.#fence.dissolve();
  }

  /** Closes our ends of the FIFOs, so that the slot can arm its next lane. */
  close(): void {
    for (const reader of [this.stdout, this.stderr]) reader.close();
    for (const socket of [this.stdin, this.#control]) socket.destroy();
  }
}

function startScript(program: LaneProgram): string {
  const words = program.command.map(quoteWord);
  const pairs = Object.entries(program.environment).map(([name, value]) =>
    quoteWord(`${name}=${value}`),
  );
  const exports = { HOME: program.workingDirectory, ...program.languageEnvironment };
  return [
    `cd ${quoteWord(program.workingDirectory)} || exit 126`,
    ...Object.entries(exports).map(([name, value]) => `export ${name}=${quoteWord(value)}`),
    // `env` and not `export`: a shell gives some names a meaning of its own.
    `exec ${pairs.length > 0 ? ['env', '--', ...pairs, ...words].join(' ') : words.join(' ')}`,
    '',
  ].join('\n');
}

function armed(shell: ChildProcess, control: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    control.once('data', () => {
      shell.off('exit', fail);
      resolve();
    });
    const fail = () => reject(new Error('a lane ended before it was armed'));
    shell.once('exit', fail);
  });
}

function spawned(shell: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    shell.once('spawn', () => resolve());
    shell.once('error', reject);
  });
}
