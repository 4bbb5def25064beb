import { chownSync, closeSync, fchownSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { directoriesOf } from '../../services/channel/paths.js';
import type { FenceMaker } from './fence.js';
import { type Lane, LanePlace } from './lane.js';
import type { LaneKeeper, SandboxProcess } from './lane-keeper.js';

/** An execution has two phases at most and then may send files, each in a lane of its own. */
const lanesPerSandbox = 3;

export interface SandboxSlotOptions {
  readonly keeper: LaneKeeper;
  /** Which of the slots it is, from 0. */
  readonly number: number;
  readonly makeFence: FenceMaker;
  /** Puts the init of a sandbox where its lanes are counted; absent where nothing is. */
  readonly encloseInit?: (sandbox: number, pid: number) => void;
  /** Home and working directory of the programs, as they see it. */
  readonly workingDirectory: string;
  /** The working directory is the server's to make and to remove: there are no sandboxes that bring their own. */
  readonly unconfined: boolean;
}

/** A place for sandboxes, one at a time. */
export class SandboxSlot {
  readonly #options: SandboxSlotOptions;
  readonly #lanePlaces: readonly LanePlace[];

  constructor(options: SandboxSlotOptions) {
    this.#options = options;
    const { keeper, makeFence } = options;
    this.#lanePlaces = Array.from(
      { length: lanesPerSandbox },
      (_, lane) => new LanePlace({ keeper, makeFence, name: `lane-${lane}` }),
    );
  }

  /** Makes a sandbox and arms its first lane. */
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
      lanePlaces: this.#lanePlaces,
      armLane: (place) => place.arm(number),
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
  readonly #freePlaces: LanePlace[];
  readonly #armLane: (place: LanePlace) => Promise<Lane>;
  readonly #end: () => Promise<void>;
  readonly #armed: { readonly place: LanePlace; readonly lane: Promise<Lane> }[] = [];
  readonly #lanes: Lane[] = [];

  constructor(options: {
    process: SandboxProcess;
    workingDirectory: string;
    lanePlaces: readonly LanePlace[];
    armLane: (place: LanePlace) => Promise<Lane>;
    end: () => Promise<void>;
  }) {
    this.workingDirectory = options.workingDirectory;
    this.#process = options.process;
    this.#freePlaces = [...options.lanePlaces];
    this.#armLane = options.armLane;
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

  /** Arms one more lane, for what comes next. Rejects where it ends at once; `takeLane` makes up for that. */
  async armAhead(): Promise<void> {
    const place = this.#freePlaces.shift();
    if (place === undefined) throw new Error('a sandbox has no more lanes');
    const lane = this.#armLane(place);
    this.#armed.push({ place, lane });
    this.#lanes.push(await lane);
  }

  /**
   * The next of the lanes that were armed, once it waits for its program. Nothing must run in the sandbox. One that was
   * lost to what ran before, because memory was out, is armed anew.
   */
  async takeLane(): Promise<Lane> {
    const armed = this.#armed.shift();
    if (armed === undefined) throw new Error('no lane of the sandbox is armed');
    const lane = await armed.lane.catch(() => undefined);
    if (lane?.hasEnded === false) return lane;
    await lane?.dissolve();
    lane?.close();
    const second = await this.#armLane(armed.place);
    this.#lanes.push(second);
    return second;
  }

  /** Ends all that is in the sandbox. */
  async close(): Promise<void> {
    await this.#end();
    for (const lane of this.#lanes) {
      await lane.dissolve();
      lane.close();
    }
  }
}
