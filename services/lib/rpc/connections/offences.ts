// Which addresses have had connections ended for what they cost, and how long their next ones wait for that.

/** What one such connection costs its address. Whoever goes on at once has five connections a second. */
const penaltyMs = 200;

/** So much costs nothing yet: a client may have made a mistake, or have many connections. */
const freeMs = 1000;

/** Nobody waits longer: a client without fault may have the same address. */
const maxWaitMs = 1000;

/** Most addresses that are remembered. */
const maxAddresses = 1000;

/** The books of all offences against a server. Time is an argument. */
export class Offences {
  /** When each address has paid for all of its offences; the one with the latest offence last. */
  readonly #paidAtMs = new Map<string, number>();

  /** A connection of this address was ended. */
  note(address: string, nowMs: number): void {
    const paidAtMs = Math.max(this.#paidAtMs.get(address) ?? nowMs, nowMs) + penaltyMs;
    this.#paidAtMs.delete(address);
    this.#paidAtMs.set(address, Math.min(paidAtMs, nowMs + freeMs + maxWaitMs));
    const [oldest] = this.#paidAtMs.keys();
    if (this.#paidAtMs.size > maxAddresses && oldest !== undefined) this.#paidAtMs.delete(oldest);
  }

  /** How long a new connection of this address is to wait, in milliseconds from 0 to 1000. */
  waitMs(address: string, nowMs: number): number {
    return Math.max(0, (this.#paidAtMs.get(address) ?? nowMs) - nowMs - freeMs);
  }
}
