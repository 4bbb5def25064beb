// Notices output that a channel has just seen.

import type { Revision } from '../revision.js';

/** So long an output counts as just seen, from the first time. */
const rememberedMs = 4 * 60_000;

/** Channels and languages that are remembered; the oldest are forgotten first. */
const maxRemembered = 1000;

/** Shorter output is no flood. */
const shortCharacters: Readonly<Record<Revision, number>> = { '2022': 22, head: 50 };

/** What each channel has seen last, by language. */
export class RepeatedOutput {
  readonly #seen = new Map<string, { readonly text: string; readonly atMs: number }>();
  readonly #revision: Revision;

  constructor(revision: Revision) {
    this.#revision = revision;
  }

  /** The text itself, or the sentence that stands for it. */
  shown(text: string, where: { channel: string; language: string; nowMs: number }): string {
    const { channel, language, nowMs } = where;
    const key = JSON.stringify([channel, language]);
    const last = this.#seen.get(key);
    const isRecent = last !== undefined && nowMs - last.atMs < rememberedMs;
    const isLong = text.length > shortCharacters[this.#revision];
    if (isRecent && isLong && last.text === text) return 'Same output.';
    this.#seen.delete(key);
    this.#seen.set(key, { text, atMs: nowMs });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > maxRemembered && oldest !== undefined) this.#seen.delete(oldest);
    return text;
  }
}
