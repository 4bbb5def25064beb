import { chownSync, closeSync, fchownSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { directoriesOf } from '../../protocol/paths.js';
import type { SandboxProcess, Supervisor } from '../supervisor/supervisor.js';
import type { FenceMaker } from './cgroup-port.js';
import { type Worker, WorkerPlace } from './worker.js';

/** An execution has two phases at most and then may send files, each in a worker of its own. */
const lanesPerSandbox = 3;

export interface SandboxSlotOptions {
  readonly keeper: Supervisor;
  /** Which of the slots it is, from 0. */
  readonly number: number;
  readonly makeFence: FenceMaker;
  /** Puts the init of a sandbox where its workers are counted; absent where nothing is. */
  readonly encloseInit?: (sandbox: number, pid: number) => void;
  /** Home and working directory of the programs, as they see it. */
  readonly workingDirectory: string;
  /** The working directory is the server's to make and to remove: there are no sandboxes that bring their own. */
  readonly unconfined: boolean;
}

/** A place for sandboxes, one at a time. */
export class SandboxSlot {
  readonly #options: SandboxSlotOptions;
  readonly #workerPlaces: readonly WorkerPlace[];

  constructor(options: SandboxSlotOptions) {
    this.#options = options;
    const { keeper, makeFence } = options;
    this.#workerPlaces = Array.from(
      { length: lanesPerSandbox },
      (_, worker) => new WorkerPlace({ keeper, makeFence, name: `worker-${worker}` }),
    );
  }

  /** Makes a sandbox and arms its first worker. */
  async open(): Promise<Sandbox> {
    const { keeper, number, workingDirectory, unconfined, encloseInit } = this.#options;
    if (unconfined) {
      rmSync(workingDirectory, { recursive: true, force: true });
      mkdirSync(workingDirectory, { recursive: true, mode: 0o700 });
    }
    const process = await keeper.openSandbox(number);
    encloseInit?.(number, process.pid);
    const sandbox = new Sandbox({
      process,
      workingDirectory,
      workerPlaces: this.#workerPlaces,
      armWorker: (place) => place.arm(number),
      end: () => keeper.closeSandbox(number),
    });
    await sandbox.armAhead();
    return sandbox;
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
  readonly #process: SandboxProcess;
  readonly #freePlaces: WorkerPlace[];
  readonly #armWorker: (place: WorkerPlace) => Promise<Worker>;
  readonly #end: () => Promise<void>;
  readonly #armed: { readonly place: WorkerPlace; readonly worker: Promise<Worker> }[] = [];
  readonly #workers: Worker[] = [];

  constructor(options: {
    process: SandboxProcess;
    workingDirectory: string;
    workerPlaces: readonly WorkerPlace[];
    armWorker: (place: WorkerPlace) => Promise<Worker>;
    end: () => Promise<void>;
  }) {
    this.workingDirectory = options.workingDirectory;
    this.#process = options.process;
    this.#freePlaces = [...options.workerPlaces];
    this.#armWorker = options.armWorker;
    this.#end = options.end;
  }

  /**
   * Writes files into the working directory, with the directories that they lie in. To be called before anything runs:
   * programs could lead it astray.
   */
  writeFiles(files: readonly SandboxFile[]): void {
    const place = join(`/proc/${this.#process.pid}/root`, this.workingDirectory);
    for (const directory of new Set(files.flatMap(({ path }) => directoriesOf(path)))) {
      mkdirSync(join(place, directory), { mode: 0o755 });
      chownSync(join(place, directory), this.#process.userId, this.#process.userId);
    }
    for (const file of files) this.#writeFile(join(place, file.path), file);
  }

  #writeFile(path: string, { content, executable }: SandboxFile): void {
    const file = openSync(path, 'wx', executable ? 0o755 : 0o644);
    try {
      for (let at = 0; at < content.length; ) at += writeSync(file, content, at);
      fchownSync(file, this.#process.userId, this.#process.userId);
    } finally {
      closeSync(file);
    }
  }

  /** Arms one more worker, for what comes next. Rejects where it ends at once; `takeWorker` makes up for that. */
  async armAhead(): Promise<void> {
    const place = this.#freePlaces.shift();
    if (place === undefined) throw new Error('a sandbox has no more workers');
    const worker = this.#armWorker(place);
    this.#armed.push({ place, worker });
    this.#workers.push(await worker);
  }

  /**
   * The next of the workers that were armed, once it waits for its program. Nothing must run in the sandbox. One that was
   * lost to what ran before, because memory was out, is armed anew.
   */
  async takeWorker(): Promise<Worker> {
    const armed = this.#armed.shift();
    if (armed === undefined) throw new Error('no worker of the sandbox is armed');
    const worker = await armed.worker.catch(() => undefined);
    if (worker?.hasEnded === false) return worker;
    await worker?.dissolve();
    worker?.close();
    const second = await this.#armWorker(armed.place);
    this.#workers.push(second);
    return second;
  }

  /** Ends all that is in the sandbox. */
  async close(): Promise<void> {
    await this.#end();
    for (const worker of this.#workers) {
      await worker.dissolve();
      worker.close();
    }
  }
}
