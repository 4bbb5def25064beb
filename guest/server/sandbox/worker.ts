import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { type WorkerLimits, workerLimits } from '../execution/limits.js';
import { allocateOutputBuffer, OutputReader } from '../execution/output-reader.js';
import type { Outcome, Supervisor, TerminalSize, WorkerProcess } from '../supervisor/supervisor.js';
import type { Fence, FenceMaker, Usage } from './cgroup-port.js';

/** What a worker becomes. */
export interface WorkerProgram {
  readonly command: readonly string[];
  /** As the program sees it. */
  readonly workingDirectory: string;
  /** All of it: `PATH` must be there. */
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: WorkerLimits;
  /** Path of the terminal that is its standard streams, as `openTerminal` gave it; without one they are the pipes. */
  readonly terminal?: string | undefined;
}

export interface WorkerPlaceOptions {
  readonly keeper: Supervisor;
  /** Of the place, and of its fences. */
  readonly name: string;
  readonly makeFence: FenceMaker;
}

/**
 * A place for workers, one at a time. Each worker is a process that was made ahead of time, in a fence of its own, and that
 * turns into exactly one program.
 *
 * Its standard streams are pipes, not the sockets that Node.js would make: a program may open /dev/stdout, which fails
 * on a socket.
 */
export class WorkerPlace {
  readonly #options: WorkerPlaceOptions;
  readonly #buffers = { stdout: allocateOutputBuffer(), stderr: allocateOutputBuffer() };

  constructor(options: WorkerPlaceOptions) {
    this.#options = options;
  }

  /** Makes a worker in a sandbox and resolves when it waits for its program; rejects where it ends before. */
  async arm(sandbox: number): Promise<Worker> {
    const { name, makeFence } = this.#options;
    const fence = makeFence(sandbox, name);
    try {
      return await this.#arm(sandbox, fence);
    } catch (error) {
      await fence.dissolve();
      throw error;
    }
  }

  async #arm(sandbox: number, fence: Fence): Promise<Worker> {
    const process = await this.#options.keeper.makeWorker(sandbox);
    fence.enclose(process.pid);
    const open = (descriptor: number, access: number) =>
      openSync(`/proc/${process.pid}/fd/${descriptor}`, access | constants.O_NONBLOCK);
    const descriptors = {
      control: open(process.pipes.control, constants.O_WRONLY),
      stdin: open(process.pipes.stdin, constants.O_WRONLY),
      stdout: open(process.pipes.stdout, constants.O_RDONLY),
      stderr: open(process.pipes.stderr, constants.O_RDONLY),
    };
    return new Worker({ process, fence, descriptors, buffers: this.#buffers });
  }
}

/** A process that waits to become a program. */
export class Worker {
  readonly stdin: Socket;
  readonly stdout: OutputReader;
  readonly stderr: OutputReader;
  readonly #process: WorkerProcess;
  readonly #fence: Fence;
  #hasEnded = false;
  #control: number | undefined;
  #dissolved: Promise<Usage> | undefined;

  constructor(options: {
    process: WorkerProcess;
    fence: Fence;
    descriptors: { control: number; stdin: number; stdout: number; stderr: number };
    buffers: { stdout: Buffer; stderr: Buffer };
  }) {
    const { process, fence, descriptors, buffers } = options;
    this.#process = process;
    this.#fence = fence;
    this.#control = descriptors.control;
    this.stdin = new Socket({ fd: descriptors.stdin, readable: false, writable: true });
    this.stdout = new OutputReader(descriptors.stdout, buffers.stdout);
    this.stderr = new OutputReader(descriptors.stderr, buffers.stderr);
    void process.ended.then(() => {
      this.#hasEnded = true;
    });
    // A program may close its input, or be gone, while we write: that is its own affair.
    this.stdin.on('error', () => this.stdin.destroy());
  }

  /** How the main process ended. */
  get ended(): Promise<Outcome> {
    return this.#process.ended;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Makes the terminal of the program that is to be started. What is written to `stdin` is typed on it, what the program
   * prints on it comes from `stdout`.
   */
  openTerminal(size: TerminalSize): Promise<string> {
    return this.#process.openTerminal(size);
  }

  /** Where there is a terminal. */
  resizeTerminal(size: TerminalSize): void {
    this.#process.resizeTerminal(size);
  }

  /** Words and environment hold no NUL and are at most 60 KiB together. */
  start(program: WorkerProgram): void {
    if (this.#control === undefined) throw new Error('a worker runs one program only');
    this.#fence.restrict(program.limits);
    const pairs = Object.entries(program.environment).map(([name, value]) => `${name}=${value}`);
    const limits = processLimits(program.limits);
    const { workingDirectory, terminal = '' } = program;
    const fields = [limits, workingDirectory, terminal, pairs.length, ...pairs, ...program.command];
    const text = fields.join('\0');
    const command = Buffer.from(`${Buffer.byteLength(text)}\n${text}`);
    // The pipe is empty and holds 64 KiB: it takes all, now.
    const written = writeSync(this.#control, command);
    if (written !== command.length) throw new Error('the command of a program is too large');
    this.#closeControl();
  }

  /** Of all its processes; `undefined`: not known. */
  get cpuTimeUs(): number | undefined {
    return this.#fence.cpuTimeUs();
  }

  /** Has the worker write the files that a program has left to its standard output, as `carryFiles` reads them. */
  sendFiles(asked: {
    workingDirectory: string;
    maxFiles: number;
    /** Of all files together. */
    maxFileBytes: number;
    globs: readonly string[];
  }): void {
    const { workingDirectory, maxFiles, maxFileBytes, globs } = asked;
    this.start({
      limits: workerLimits(undefined),
      command: ['', String(maxFiles), String(maxFileBytes), ...globs],
      workingDirectory,
      environment: {},
    });
    this.stdin.end();
  }

  /** To the main process, or to what is in the foreground of its terminal. */
  signal(signal: NodeJS.Signals): void {
    this.#process.signal(signal);
  }

  /** Ends every process of the worker. */
  kill(): void {
    this.#fence.kill();
  }

  /** Resolves with what was used when no process of the worker is left. */
  dissolve(): Promise<Usage> {
    this.#dissolved ??= this.#fence.dissolve();
    return this.#dissolved;
  }

  /** Closes our ends of the pipes. The next worker of this place uses the same memory. */
  close(): void {
    this.#closeControl();
    for (const reader of [this.stdout, this.stderr]) reader.close();
    this.stdin.destroy();
  }

  #closeControl(): void {
    if (this.#control !== undefined) closeSync(this.#control);
    this.#control = undefined;
  }
}

/** What each process is limited to by itself, as `supervisor.py` reads it: 0 leaves as it is. */
function processLimits({ cpuMs, fileBytes, openFiles }: WorkerLimits): string {
  // Whole seconds, and behind the limit over all processes: that one tells what ended the program.
  const cpuSeconds = cpuMs === 0 ? 0 : Math.floor(cpuMs / 1000) + 1;
  return `${cpuSeconds} ${fileBytes} ${openFiles}`;
}
