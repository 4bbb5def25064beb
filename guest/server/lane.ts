import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Fence, FenceMaker, Usage } from './fence.js';
import type { LaneKeeper, LaneProcess, Outcome } from './lane-keeper.js';
import { allocateOutputBuffer, OutputReader } from './output-reader.js';

/** What a lane becomes. */
export interface LaneProgram {
  readonly command: readonly string[];
  /** As the program sees it. */
  readonly workingDirectory: string;
  /** All of it: `PATH` must be there. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface LanePlaceOptions {
  readonly keeper: LaneKeeper;
  readonly runDirectory: string;
  /** Of the place, its directory of FIFOs and its fences. */
  readonly name: string;
  readonly makeFence: FenceMaker;
}

/**
 * A place for lanes, one at a time. Each lane is a process that was made ahead of time, in a fence of its own, and that
 * turns into exactly one program.
 *
 * Its standard streams are FIFOs, not the sockets that Node.js would make: a program may open /dev/stdout, which fails
 * on a socket.
 */
export class LanePlace {
  readonly #options: LanePlaceOptions;
  readonly #buffers = { stdout: allocateOutputBuffer(), stderr: allocateOutputBuffer() };

  private constructor(options: LanePlaceOptions) {
    this.#options = options;
  }

  static async create(options: LanePlaceOptions): Promise<LanePlace> {
    await options.keeper.makePipes(options.name);
    return new LanePlace(options);
  }

  /** Makes a lane in a sandbox and resolves when it waits for its program. */
  async arm(sandbox: number): Promise<Lane> {
    const { keeper, name, makeFence } = this.#options;
    // The lane's own ends open without waiting because these are open.
    const stdinHolder = this.#open('stdin', constants.O_RDWR);
    const stdout = this.#open('stdout', constants.O_RDONLY);
    const stderr = this.#open('stderr', constants.O_RDONLY);
    const control = this.#open('control', constants.O_RDWR);
    const fence = makeFence(name);
    const process = await keeper.makeLane(sandbox, name);
    fence.enclose(process.pid);
    const stdin = this.#open('stdin', constants.O_WRONLY);
    // It would read as well, and a program that is gone would never be noticed.
    closeSync(stdinHolder);
    const descriptors = { control, stdin, stdout, stderr };
    return new Lane({ process, fence, descriptors, buffers: this.#buffers });
  }

  #open(stream: string, access: number): number {
    const { runDirectory, name } = this.#options;
    return openSync(join(runDirectory, name, stream), access | constants.O_NONBLOCK);
  }
}

/** A process that waits to become a program. */
export class Lane {
  readonly stdin: Socket;
  readonly stdout: OutputReader;
  readonly stderr: OutputReader;
  readonly #process: LaneProcess;
  readonly #fence: Fence;
  #control: number | undefined;
  #dissolved: Promise<Usage> | undefined;

  constructor(options: {
    process: LaneProcess;
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
    // A program may close its input, or be gone, while we write: that is its own affair.
    this.stdin.on('error', () => this.stdin.destroy());
  }

  /** How the main process ended. */
  get ended(): Promise<Outcome> {
    return this.#process.ended;
  }

  /** Words and environment hold no NUL and are at most 60 KiB together. */
  start(program: LaneProgram): void {
    if (this.#control === undefined) throw new Error('a lane runs one program only');
    const pairs = Object.entries(program.environment).map(([name, value]) => `${name}=${value}`);
    const fields = [program.workingDirectory, pairs.length, ...pairs, ...program.command];
    const command = Buffer.from(fields.join('\0'));
    // The pipe is empty and holds 64 KiB: it takes all, now.
    const written = writeSync(this.#control, command);
    if (written !== command.length) throw new Error('the command of a program is too large');
    this.#closeControl();
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.signal(signal);
  }

  /** Ends every process of the lane. */
  kill(): void {
    this.#fence.kill();
  }

  /** Resolves with what was used when no process of the lane is left. */
  dissolve(): Promise<Usage> {
    this.#dissolved ??= this.#fence.dissolve();
    return this.#dissolved;
  }

  /** Closes our ends of the FIFOs, so that the next lane can be armed in this place. */
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
