// A worker: a process that waits in a sandbox and becomes exactly one program. A slot makes the next one in time.

import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { assignments } from '../../protocol/environment.js';
import type { ClientSignal } from '../../protocol/signals.js';
import { noLimits, type WorkerLimits } from '../execution/limits.js';
import { allocateOutputBuffer, OutputReader } from '../execution/output-reader.js';
import type { Supervisor, TerminalSize, WorkerProcess } from '../supervisor/supervisor.js';
import type { WorkerEnd } from '../supervisor/worker-end.js';
import { ProgramInput } from './program-input.js';
import type { FindGroup, ResourceGroup } from './resource-group.js';

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

export interface WorkerSlotOptions {
  readonly supervisor: Supervisor;
  readonly groupOf: FindGroup;
}

/**
 * Makes workers, one at a time. Each worker is a process that is made ahead of time, in a resource group of its own, and
 * that becomes exactly one program.
 *
 * Its standard streams are pipes, not the sockets that Node.js would make: a program may open /dev/stdout, which fails
 * on a socket.
 */
export class WorkerSlot {
  readonly #options: WorkerSlotOptions;
  readonly #buffers = { stdout: allocateOutputBuffer(), stderr: allocateOutputBuffer() };

  constructor(options: WorkerSlotOptions) {
    this.#options = options;
  }

  /** Makes a worker in a sandbox and resolves when it waits for its program; rejects where it ends before. */
  async arm(sandbox: number): Promise<Worker> {
    return this.#open(await this.#options.supervisor.makeWorker(sandbox));
  }

  /** The same in a sandbox that is left as it was made; rejects where it must be closed. */
  async armRenewed(sandbox: number): Promise<Worker> {
    return this.#open(await this.#options.supervisor.renewSandbox(sandbox));
  }

  #open(process: WorkerProcess): Worker {
    const group = this.#options.groupOf(process);
    const open = (descriptor: number, access: number) =>
      openSync(`/proc/${process.pid}/fd/${descriptor}`, access | constants.O_NONBLOCK);
    const descriptors = {
      control: open(process.pipes.control, constants.O_WRONLY),
      stdin: open(process.pipes.stdin, constants.O_WRONLY),
      stdout: open(process.pipes.stdout, constants.O_RDONLY),
      stderr: open(process.pipes.stderr, constants.O_RDONLY),
    };
    return new Worker({ process, group, descriptors, buffers: this.#buffers });
  }
}

/** A process that waits to become a program. */
export class Worker {
  readonly stdin: ProgramInput;
  readonly stdout: OutputReader;
  readonly stderr: OutputReader;
  readonly #process: WorkerProcess;
  readonly #group: ResourceGroup;
  #hasEnded = false;
  #control: number | undefined;

  constructor(options: {
    process: WorkerProcess;
    group: ResourceGroup;
    descriptors: { control: number; stdin: number; stdout: number; stderr: number };
    buffers: { stdout: Buffer; stderr: Buffer };
  }) {
    const { process, group, descriptors, buffers } = options;
    this.#process = process;
    this.#group = group;
    this.#control = descriptors.control;
    this.stdin = new ProgramInput(descriptors.stdin);
    this.stdout = new OutputReader(descriptors.stdout, buffers.stdout);
    this.stderr = new OutputReader(descriptors.stderr, buffers.stderr);
    void process.ended.then(() => {
      this.#hasEnded = true;
    });
  }

  /** No process of the worker is left: they end with the main process. */
  get ended(): Promise<WorkerEnd> {
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

  /** Arguments and environment hold no NUL and are at most 60 KiB together. */
  start(program: WorkerProgram): void {
    if (this.#control === undefined) throw new Error('a worker runs one program only');
    const pairs = assignments(program.environment);
    const { limits, workingDirectory, terminal = '' } = program;
    const text = [
      `${limits.memoryBytes} ${limits.processes}`,
      processLimits(limits),
      workingDirectory,
      terminal,
      pairs.length,
      ...pairs,
      ...program.command,
    ].join('\0');
    const command = Buffer.from(`${Buffer.byteLength(text)}\n${text}`);
    // The pipe is empty and holds 64 KiB: it takes all, now.
    const written = writeSync(this.#control, command);
    if (written !== command.length) throw new Error('the command of a program is too large');
    this.#closeControl();
  }

  /** Of all its processes; `undefined`: not known. */
  get cpuTimeUs(): number | undefined {
    return this.#group.cpuTimeUs();
  }

  /** Has the worker write the files that a program has left to its standard output, as `carryFiles` reads them. */
  sendFiles(asked: {
    workingDirectory: string;
    /** Its files are sent too, below `.tmp`. */
    temporaryDirectory?: string | undefined;
    maxFiles: number;
    /** Of all files together. */
    maxFileBytes: number;
    globs: readonly string[];
  }): void {
    const { workingDirectory, temporaryDirectory = '', maxFiles, maxFileBytes, globs } = asked;
    this.start({
      limits: noLimits,
      command: ['', String(maxFiles), String(maxFileBytes), temporaryDirectory, ...globs],
      workingDirectory,
      environment: {},
    });
    this.stdin.end();
  }

  /** To the main process, or to what is in the foreground of its terminal. */
  signal(signal: ClientSignal): void {
    this.#process.signal(signal);
  }

  /** Ends every process of the worker. */
  kill(): void {
    this.#group.kill();
  }

  /** Ends every process of the worker, and resolves when none is left. */
  async end(): Promise<void> {
    if (!this.#hasEnded) this.kill();
    await this.ended;
  }

  /** Closes the server's ends of the pipes. The next worker of this slot uses the same memory. */
  close(): void {
    this.#closeControl();
    for (const reader of [this.stdout, this.stderr]) reader.close();
    this.stdin.close();
  }

  #closeControl(): void {
    if (this.#control !== undefined) closeSync(this.#control);
    this.#control = undefined;
  }
}

/** What each process is limited to by itself, as `worker.py` reads it: 0 leaves as it is. */
function processLimits(limits: WorkerLimits): string {
  const { cpuMs, fileBytes, openFiles, memoryBytes, coreBytes = 0 } = limits;
  // Whole seconds, and above the limit for all processes: that limit comes first and names the cause.
  const cpuSeconds = cpuMs === 0 ? 0 : Math.floor(cpuMs / 1000) + 1;
  // As the supervisor does for a phase that has all the memory.
  const stackBytes = limits.stackBytes || Math.floor(memoryBytes / 2);
  return `${cpuSeconds} ${fileBytes} ${openFiles} ${stackBytes} ${coreBytes}`;
}
