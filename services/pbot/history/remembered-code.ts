// What a user wrote becomes the code that is to run: by editing commands on what was run before, else as it is.

import { readChain } from '../editing/chain.js';
import { applyChain, buffersOf } from '../editing/edit.js';
import { texts } from '../editing/texts.js';
import { ownBuffer, type Speaker, visibleBuffer } from './buffers.js';
import type { History } from './history.js';

export type CodeToRun =
  | { readonly kind: 'run'; readonly code: string; readonly paste: boolean }
  /** The text is the answer. */
  | { readonly kind: 'say'; readonly text: string };

export interface RememberedCodeOptions {
  readonly history: History;
  readonly nowMs: () => number;
  /** Learns why the history could not be read or written. */
  readonly onFailure: (error: unknown) => void;
}

export class RememberedCode {
  readonly #history: History;
  readonly #nowMs: () => number;
  readonly #onFailure: (error: unknown) => void;

  constructor(options: RememberedCodeOptions) {
    this.#history = options.history;
    this.#nowMs = options.nowMs;
    this.#onFailure = options.onFailure;
  }

  /**
   * Where the history fails, new code runs all the same.
   *
   * @param code with its leading options, without those that name language and machine
   */
  async read(code: string, speaker: Speaker, language: string): Promise<CodeToRun> {
    try {
      return await this.#read(code, speaker, language);
    } catch (error) {
      this.#onFailure(error);
      if (readChain(code) !== undefined) return { kind: 'say', text: texts.historyFailed };
      return { kind: 'run', code, paste: false };
    }
  }

  async #read(code: string, speaker: Speaker, language: string): Promise<CodeToRun> {
    const buffer = ownBuffer(speaker, language);
    const chain = readChain(code);
    if (chain === undefined) {
      await this.#history.change(buffer, { drop: 0, store: [code] });
      return { kind: 'run', code, paste: false };
    }
    const own = await this.#history.entries(buffer);
    const others = new Map<string, readonly string[]>();
    for (const name of buffersOf(chain)) {
      const other = visibleBuffer(name, speaker, language);
      if (other !== undefined) others.set(name, await this.#history.entries(other));
    }
    const outcome = applyChain(chain, {
      own,
      buffer: (name) => others.get(name),
      nowMs: this.#nowMs,
    });
    await this.#history.change(buffer, outcome);
    return outcome;
  }
}
