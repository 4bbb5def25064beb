// A sandbox as the server uses it: files are written in, workers are armed, everything ends with it. A slot holds one
// sandbox at a time.

import {
  chownSync,
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  type Stats,
  statfsSync,
  writeSync,
} from 'node:fs';
import { maxReportBytes } from '../../protocol/inspection.js';
import { directoriesOf, temporaryPart } from '../../protocol/paths.js';
import type { SandboxProcess, Supervisor } from '../supervisor/supervisor.js';
import type { FindGroup } from './resource-group.js';
import { type Worker, WorkerSlot } from './worker.js';

/** An execution has two phases at most, then may be looked at and send files, each in a worker of its own. */
const workersPerSandbox = 4;

export interface SandboxSlotOptions {
  readonly supervisor: Supervisor;
  /** Which of the slots it is, from 0. */
  readonly number: number;
  readonly groupOf: FindGroup;
  /** Home and working directory of the programs, as they see it. */
  readonly workingDirectory: string;
  /** Where compilers put programs, as they see it: no file of a request is there. */
  readonly buildDirectory: string;
  /** Both directories are the server's to make and to remove: there are no sandboxes that bring their own. */
  readonly unconfined: boolean;
}

/** Holds one sandbox at a time. */
export class SandboxSlot {
  readonly #options: SandboxSlotOptions;
  readonly #workerSlots: readonly WorkerSlot[];

  constructor(options: SandboxSlotOptions) {
    this.#options = options;
    this.#workerSlots = Array.from({ length: workersPerSandbox }, () => new WorkerSlot(options));
  }

  /** Makes a sandbox and arms its first worker. */
  async open(): Promise<Sandbox> {
    const { supervisor, number, workingDirectory, buildDirectory, unconfined } = this.#options;
    if (unconfined) {
      for (const directory of [workingDirectory, buildDirectory]) {
        rmSync(directory, { recursive: true, force: true });
        mkdirSync(directory, { recursive: true, mode: 0o700 });
      }
    }
    const sandbox = this.#sandboxOf(await supervisor.openSandbox(number));
    await sandbox.armAhead();
    return sandbox;
  }

  /**
   * Ends everything in a sandbox of this slot and resolves with the next one. Where nothing can be left in its namespaces, the next
   * one has the same.
   */
  async replace(sandbox: Sandbox): Promise<Sandbox> {
    const { supervisor, number } = this.#options;
    await sandbox.endWorkers();
    const next = this.#sandboxOf(sandbox.process);
    try {
      await next.armAhead((slot) => slot.armRenewed(number));
      return next;
    } catch {
      // Something may be left in it, and it goes as a whole.
      await supervisor.closeSandbox(number);
      return await this.open();
    }
  }

  #sandboxOf(process: SandboxProcess): Sandbox {
    const { number, workingDirectory, buildDirectory, unconfined } = this.#options;
    return new Sandbox({
      process,
      workingDirectory,
      buildDirectory,
      unconfined,
      workerSlots: this.#workerSlots,
      armWorker: (slot) => slot.arm(number),
    });
  }
}

/** A file of the working directory. */
export interface SandboxFile {
  /** Relative, and checked. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

/** What one execution runs in: nothing gets in or out but what the server writes and reads, and nothing stays. */
export class Sandbox {
  readonly workingDirectory: string;
  /** Its files may be kept too. Undefined: there is no such directory. */
  readonly temporaryDirectory: string | undefined;
  /** Where a compiler puts the program, as it sees it. */
  readonly programPath: string;
  /** Where a debugger puts what it has found, as it sees it. */
  readonly reportPath: string;
  /** Its init. */
  readonly process: SandboxProcess;
  readonly #freeSlots: WorkerSlot[];
  readonly #armWorker: (slot: WorkerSlot) => Promise<Worker>;
  readonly #buildDirectory: string;
  readonly #unconfined: boolean;
  /** Paths of the files of the request. */
  #files: readonly string[] = [];
  readonly #armed: { readonly slot: WorkerSlot; readonly worker: Promise<Worker> }[] = [];
  readonly #workers: Worker[] = [];

  constructor(options: {
    process: SandboxProcess;
    workingDirectory: string;
    buildDirectory: string;
    unconfined: boolean;
    workerSlots: readonly WorkerSlot[];
    armWorker: (slot: WorkerSlot) => Promise<Worker>;
  }) {
    this.workingDirectory = options.workingDirectory;
    this.#buildDirectory = options.buildDirectory;
    this.#unconfined = options.unconfined;
    this.temporaryDirectory = options.unconfined ? undefined : '/tmp';
    this.programPath = `${options.buildDirectory}/program`;
    this.reportPath = `${options.buildDirectory}/report`;
    this.process = options.process;
    this.#freeSlots = [...options.workerSlots];
    this.#armWorker = options.armWorker;
  }

  /**
   * Writes files into the working directory, with the directories that they lie in. Call it before anything runs:
   * a program could redirect the paths with links.
   */
  writeFiles(files: readonly SandboxFile[]): void {
    this.#files = files.map(({ path }) => `${this.workingDirectory}/${path}`);
    this.#writeFilesInto(this.workingDirectory, files);
  }

  /** Writes the files whose first part is `.tmp` into the temporary directory, and the others as `writeFiles` does. */
  writeState(files: readonly SandboxFile[]): void {
    const start = `${temporaryPart}/`;
    const temporary = files.filter(({ path }) => path.startsWith(start));
    this.writeFiles(files.filter((file) => !temporary.includes(file)));
    if (this.temporaryDirectory === undefined) return;
    const moved = temporary.map((file) => ({ ...file, path: file.path.slice(start.length) }));
    this.#writeFilesInto(this.temporaryDirectory, moved);
  }

  #writeFilesInto(target: string, files: readonly SandboxFile[]): void {
    const directoryPath = this.#seenFromHere(target);
    for (const directory of new Set(files.flatMap(({ path }) => directoriesOf(path)))) {
      mkdirSync(`${directoryPath}/${directory}`, { mode: 0o755 });
      chownSync(`${directoryPath}/${directory}`, this.process.userId, this.process.userId);
    }
    for (const file of files) this.#writeFile(`${directoryPath}/${file.path}`, file);
  }

  /** Whether a compiler has left a program. Links are not followed: what they lead to is no business of the server. */
  hasProgram(): boolean {
    const found = this.#statusOf(this.programPath);
    return found?.isFile() === true && (found.mode & 0o111) !== 0;
  }

  /** The core file of a program that has crashed, as its debugger sees it. On a host the kernel's own setting counts. */
  get corePath(): string | undefined {
    const places = [this.#buildDirectory, ...(this.#unconfined ? [this.workingDirectory] : [])];
    return places.map((place) => `${place}/core`).find((path) => this.#statusOf(path)?.isFile());
  }

  /**
   * Changes whenever a program has made, changed or removed a file. All that a program can write to is one file system, but on a
   * host.
   */
  footprint(): string {
    const { bfree, ffree } = statfsSync(this.#seenFromHere(this.workingDirectory));
    const states = [this.workingDirectory, ...this.#files].map((path) => {
      const found = this.#statusOf(path);
      return found && [found.ino, found.size, found.mtimeMs, found.ctimeMs].join();
    });
    return JSON.stringify(this.#unconfined ? states : [...states, bfree, ffree]);
  }

  /** Removes the report that a debugger has left, and returns it. Call it when nothing runs in the sandbox. */
  takeReport(): string {
    const path = this.#seenFromHere(this.reportPath);
    let file: number;
    try {
      file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch {
      // Whatever is there is no report.
      return '';
    }
    try {
      const buffer = Buffer.alloc(maxReportBytes);
      const length = fstatSync(file).isFile() ? readSync(file, buffer, 0, buffer.length, 0) : 0;
      return buffer.toString('utf8', 0, length);
    } finally {
      closeSync(file);
      rmSync(path, { force: true });
    }
  }

  #statusOf(path: string): Stats | undefined {
    return lstatSync(this.#seenFromHere(path), { throwIfNoEntry: false });
  }

  #seenFromHere(path: string): string {
    return `/proc/${this.process.pid}/root${path}`;
  }

  #writeFile(path: string, { content, executable }: SandboxFile): void {
    const file = openSync(path, 'wx', executable ? 0o755 : 0o644);
    try {
      for (let at = 0; at < content.length; ) at += writeSync(file, content, at);
      fchownSync(file, this.process.userId, this.process.userId);
    } finally {
      closeSync(file);
    }
  }

  /** Arms one more worker, for what comes next. Rejects where it ends at once; `takeWorker` makes up for that. */
  async armAhead(arm = this.#armWorker): Promise<void> {
    const slot = this.#freeSlots.shift();
    if (slot === undefined) throw new Error('a sandbox has no more workers');
    const worker = arm(slot);
    this.#armed.push({ slot, worker });
    this.#workers.push(await worker);
  }

  /**
   * Returns the next armed worker when it waits for its program. Nothing may run in the sandbox. A worker that was lost
   * because the program before it used up the memory is armed again.
   */
  async takeWorker(): Promise<Worker> {
    const armed = this.#armed.shift();
    if (armed === undefined) throw new Error('no worker of the sandbox is armed');
    const worker = await armed.worker.catch(() => undefined);
    if (worker?.hasEnded === false) return worker;
    await worker?.end();
    worker?.close();
    const second = await this.#armWorker(armed.slot);
    this.#workers.push(second);
    return second;
  }

  /** Ends every process of its programs. */
  async endWorkers(): Promise<void> {
    for (const worker of this.#workers) {
      await worker.end();
      worker.close();
    }
  }
}
