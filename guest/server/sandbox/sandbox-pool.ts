// Sandboxes that are ready before an execution needs one.

import type { Sandbox, SandboxSlot } from './sandbox.js';

/** Keeps sandboxes ready ahead of time: to make one costs as much as to run most programs. */
export class SandboxPool {
  readonly #ready: Sandbox[] = [];
  readonly #waiting: ((sandbox: Sandbox) => void)[] = [];
  readonly #slotOf = new Map<Sandbox, SandboxSlot>();

  /** Resolves when every slot holds a sandbox. */
  static async create(slots: readonly SandboxSlot[]): Promise<SandboxPool> {
    const pool = new SandboxPool();
    for (const slot of slots) pool.#keep(slot, await slot.open());
    return pool;
  }

  /** A sandbox that nothing has run in, now or as soon as there is one. Give it back with `release`. */
  async take(): Promise<Sandbox> {
    return (
      this.#ready.shift() ??
      (await new Promise<Sandbox>((resolve) => {
        this.#waiting.push(resolve);
      }))
    );
  }

  /** Ends what was in a sandbox, and makes the next one in its slot. */
  async release(sandbox: Sandbox): Promise<void> {
    const slot = this.#slotOf.get(sandbox);
    if (slot === undefined) throw new Error('this sandbox was not taken from this pool');
    this.#slotOf.delete(sandbox);
    this.#keep(slot, await slot.replace(sandbox));
  }

  #keep(slot: SandboxSlot, sandbox: Sandbox): void {
    this.#slotOf.set(sandbox, slot);
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#ready.push(sandbox);
    else waiter(sandbox);
  }
}
