// The server's side of the Python supervisor: starts it, sends requests, matches answers. `supervisor.py`
// describes the lines.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { type ClientSignal, signalNumber } from '../../protocol/signals.js';
import { hasCode } from '../system-error.js';
import { endOf, type WorkerEnd } from './worker-end.js';

/**
 * Longest wait for an answer. A machine that is emulated and busy takes seconds for what is made in milliseconds
 * elsewhere; a helper that takes longer than this is stuck.
 */
const answerLimitMs = 30_000;

/** That of the distribution, whatever else is on the path. */
const python = '/usr/bin/python3';

/** A sandbox as the helper has made it. */
export interface SandboxProcess {
  /** Of its init. */
  readonly pid: number;
  /** Of its programs; their group has the same number. */
  readonly userId: number;
}

/** The process of a worker, which waits for its command. */
export interface WorkerProcess {
  readonly sandbox: number;
  /** No other worker has it. */
  readonly number: number;
  readonly pid: number;
  /** Descriptors in the process that are the server's to open, of pipes. */
  readonly pipes: { control: number; stdin: number; stdout: number; stderr: number };
  /** Its main process has ended, and what that has left was ended with it. */
  readonly ended: Promise<WorkerEnd>;
  /** All of its session gets the signal, or what is in the foreground of its terminal. */
  signal(signal: ClientSignal): void;
  /** Makes a terminal of which the program has one side and the pipes the other; resolves with its path. */
  openTerminal(size: TerminalSize): Promise<string>;
  resizeTerminal(size: TerminalSize): void;
}

/** In characters, 1 to 1000. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

export interface SupervisorOptions {
  readonly scriptPath: string;
  /** Programs run as this user, without sandboxes. For tests on a host. */
  readonly unconfined: boolean;
  /** Most that the files of a sandbox may take. */
  readonly filesBytes: number;
  /** Most that the processes of a phase may have. */
  readonly memoryBytes: number;
  /** Of the cgroups of sandboxes; absent where there are none. */
  readonly groupsDirectory?: string;
  /** The helper has ended or does not answer: the server can do nothing any more. Called once. */
  readonly onFailure: (error: Error) => void;
}

/**
 * What Node.js has no function for: sandboxes, the clock, the random generator. A helper does it, started ahead of
 * time because a new process is slow; the lines between the two are described in `supervisor.py`.
 *
 * What it refuses rejects with an Error; when it fails altogether, what was asked stays open.
 */
export class Supervisor {
  readonly #helper: ChildProcess;
  readonly #onFailure: (error: Error) => void;
  readonly #answers = new Map<number, Answer>();
  readonly #workers = new Map<number, { sandbox: number; resolve: (end: WorkerEnd) => void }>();
  /** Descriptors that take the requests of sandboxes. */
  readonly #requests = new Map<number, number>();
  #lastNumber = 0;
  #unfinishedLine = '';
  #hasFailed = false;

  /** Starts the Python process. */
  static start(options: SupervisorOptions): Supervisor {
    const { scriptPath, unconfined, filesBytes, memoryBytes, groupsDirectory, onFailure } = options;
    const confinement = unconfined ? 'unconfined' : 'confined';
    // Without the packages and variables of users: less memory for each sandbox, which starts as a copy.
    const groups = groupsDirectory === undefined ? [] : [groupsDirectory];
    const args = [scriptPath, confinement, String(filesBytes), String(memoryBytes), ...groups];
    const helper = spawn(python, ['-S', '-E', ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Ctrl-C on the server's terminal is for the server alone. What is below it ends because the server does.
      detached: true,
    });
    return new Supervisor(helper, onFailure);
  }

  private constructor(helper: ChildProcess, onFailure: (error: Error) => void) {
    this.#helper = helper;
    this.#onFailure = onFailure;
    helper.once('error', (error) => this.#fail(error.message));
    helper.once('exit', () => this.#fail('it has ended'));
    helper.stdin?.on('error', (error) => this.#fail(error.message));
    helper.stdout?.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  /**
   * Sets the clock, and reseeds the kernel's random generator at once. One request: after a revert an emulated
   * processor must translate the code again that reads another request.
   *
   * @returns whether both was done
   */
  syncClockAndReseed({
    timeUs,
    entropy,
  }: {
    timeUs: bigint;
    entropy: Uint8Array;
  }): Promise<boolean> {
    return this.#ask(
      `sync_clock_and_reseed ${timeUs} ${Buffer.from(entropy).toString('hex')}`,
    ).then(
      () => true,
      () => false,
    );
  }

  /** @param sandbox a number that no other sandbox has */
  async openSandbox(sandbox: number): Promise<SandboxProcess> {
    const [pid, userId, descriptor] = await this.#ask(`open ${sandbox}`);
    this.#requests.set(sandbox, openSync(`/proc/${pid}/fd/${descriptor}`, constants.O_WRONLY));
    return { pid: Number(pid), userId: Number(userId) };
  }

  /** Resolves when the worker waits for its command; rejects where it has ended before. */
  async makeWorker(sandbox: number): Promise<WorkerProcess> {
    return await this.#makeWorkerBy('worker', sandbox);
  }

  /**
   * Leaves a sandbox as it was made, when its workers have ended, and makes the next one: each request costs a change of processes.
   * Rejects where the sandbox must be closed.
   */
  async renewSandbox(sandbox: number): Promise<WorkerProcess> {
    return await this.#makeWorkerBy('renew', sandbox);
  }

  async #makeWorkerBy(verb: 'worker' | 'renew', sandbox: number): Promise<WorkerProcess> {
    const worker = this.#nextNumber();
    const ended = new Promise<WorkerEnd>((resolve) =>
      this.#workers.set(worker, { sandbox, resolve }),
    );
    const values = await this.#askInit(sandbox, worker, verb);
    const [pid, control, stdin, stdout, stderr] = values.map(Number);
    if (pid === undefined || control === undefined || stdin === undefined) throw unexpected(values);
    if (stdout === undefined || stderr === undefined) throw unexpected(values);
    return {
      sandbox,
      number: worker,
      pid,
      pipes: { control, stdin, stdout, stderr },
      ended,
      // Nobody waits for the answer, and where the sandbox ends at the same time there is none.
      signal: (signal) =>
        this.#writeTo(sandbox, this.#nextNumber(), `signal ${worker} ${signalNumber(signal)}`),
      openTerminal: async ({ rows, columns }) => {
        const request = `terminal ${worker} ${rows} ${columns}`;
        const [path] = await this.#askInit(sandbox, this.#nextNumber(), request);
        return path ?? '';
      },
      resizeTerminal: ({ rows, columns }) =>
        this.#writeTo(sandbox, this.#nextNumber(), `resize ${worker} ${rows} ${columns}`),
    };
  }

  /** Resolves when nothing is left of it: processes, files, shared memory. */
  async closeSandbox(sandbox: number): Promise<void> {
    const requests = this.#requests.get(sandbox);
    this.#requests.delete(sandbox);
    if (requests !== undefined) closeSync(requests);
    await this.#ask(`close ${sandbox}`);
    // The end of workers that ended with it is never reported.
    for (const [worker, { sandbox: of }] of this.#workers)
      if (of === sandbox) this.#workers.delete(worker);
  }

  #ask(request: string): Promise<string[]> {
    const number = this.#nextNumber();
    return this.#answer(number, request, () => this.#helper.stdin?.write(`${number} ${request}\n`));
  }

  #askInit(sandbox: number, number: number, request: string): Promise<string[]> {
    return this.#answer(number, request, () => this.#writeTo(sandbox, number, request));
  }

  #nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  #answer(number: number, request: string, send: () => void): Promise<string[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(`no answer to "${request}"`), answerLimitMs);
      this.#answers.set(number, { resolve, reject, timer });
      send();
    });
  }

  /** To the init of a sandbox. Each line is answered before many more can wait: the pipe takes it at once, as a whole. */
  #writeTo(sandbox: number, number: number, request: string): void {
    const requests = this.#requests.get(sandbox);
    if (requests === undefined) return;
    try {
      writeSync(requests, `${number} ${request}\n`);
    } catch (error) {
      // The init has ended, which ends the helper.
      if (!hasCode(error, 'EPIPE')) throw error;
    }
  }

  #receive(chunk: Buffer): void {
    const lines = (this.#unfinishedLine + chunk.toString('utf8')).split('\n');
    this.#unfinishedLine = lines.pop() ?? '';
    for (const line of lines) {
      const words = line.split(' ');
      if (words[0] === 'ended') this.#endWorker(words.slice(1).map(Number));
      else this.#settle(Number(words[0]), words[1] === 'ok', words.slice(2));
    }
  }

  #endWorker([worker = 0, ...end]: readonly number[]): void {
    this.#workers.get(worker)?.resolve(endOf(end));
    this.#workers.delete(worker);
    this.#settle(worker, false, ['the worker has ended']);
  }

  #settle(number: number, isDone: boolean, words: string[]): void {
    const answer = this.#answers.get(number);
    if (answer === undefined) return;
    this.#answers.delete(number);
    clearTimeout(answer.timer);
    if (isDone) answer.resolve(words);
    else answer.reject(new Error(words.join(' ')));
  }

  #fail(reason: string): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    for (const { timer } of this.#answers.values()) clearTimeout(timer);
    this.#onFailure(new Error(`the supervisor failed: ${reason}`));
  }
}

interface Answer {
  readonly resolve: (words: string[]) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

function unexpected(words: readonly string[]): Error {
  return new Error(`the supervisor gave an unexpected answer: ${words.join(' ')}`);
}
