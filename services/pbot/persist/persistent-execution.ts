// Runs programs that keep files from one run to the next, by the key that their factoid has.

import { KeyedMutex } from '../../lib/process/keyed-mutex.js';
import type { ExecutionPort, PbotFile, PbotOutcome, PbotProgram } from '../execution-port.js';
import type { StateStore } from './state-store.js';

export interface PersistentExecutionOptions {
  readonly store: StateStore;
  /** Learns why what a program has left is not kept. */
  readonly onFailure: (error: unknown) => void;
}

/** What programs of one key may leave: it comes with the code of the next one. */
const stateQuota = { maxFiles: 200, maxBytes: 512 * 1024, maxPathsBytes: 8 * 1024 };

const maxKeyLength = 128;

/** Whoever waits for a key leaves when its execution is refused. */
const never = new AbortController().signal;

export class PersistentExecution {
  readonly #options: PersistentExecutionOptions;
  /** Programs of one key run one after the other. */
  readonly #turns = new KeyedMutex();

  constructor(options: PersistentExecutionOptions) {
    this.#options = options;
  }

  /** @param key of a factoid */
  execute(program: PbotProgram, key: string, execution: ExecutionPort): Promise<PbotOutcome> {
    return this.#turns.run(key, never, async () => {
      const state = await this.#stateOf(key);
      // What can't be read is not overwritten either.
      if (state === undefined) return await execution.execute(program);
      const outcome = await execution.execute({ ...program, state });
      const left = stateLeft(outcome);
      if (left !== undefined) await this.#keep(key, left);
      return outcome;
    });
  }

  async #stateOf(key: string): Promise<readonly PbotFile[] | undefined> {
    try {
      return await this.#options.store.read(key);
    } catch (error) {
      this.#options.onFailure(error);
      return undefined;
    }
  }

  async #keep(key: string, files: readonly PbotFile[]): Promise<void> {
    try {
      checkQuota(key, files);
      await this.#options.store.write(key, files);
    } catch (error) {
      this.#options.onFailure(error);
    }
  }
}

/** Whether a text may be a key. */
export function isKey(text: string): boolean {
  return text !== '' && text.length <= maxKeyLength && !/\p{C}/u.test(text);
}

/** Undefined where the program did not end by itself, or not all of what it left has come. */
function stateLeft(outcome: PbotOutcome): readonly PbotFile[] | undefined {
  if (outcome.kind === 'failure') return undefined;
  const { run, state } = outcome.result;
  const hasEnded = run?.outcome !== undefined && run.limit === undefined;
  return hasEnded ? state : undefined;
}

function checkQuota(key: string, files: readonly PbotFile[]): void {
  const bytes = files.reduce((sum, { data }) => sum + data.length, 0);
  const pathsBytes = files.reduce((sum, { path }) => sum + Buffer.byteLength(path), 0);
  const { maxFiles, maxBytes, maxPathsBytes } = stateQuota;
  if (files.length <= maxFiles && bytes <= maxBytes && pathsBytes <= maxPathsBytes) return;
  throw new Error(`programs of the key ${key} have left ${files.length} files of ${bytes} bytes`);
}
