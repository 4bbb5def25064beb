import type { Lane, LaneSlot } from './lane.js';

/** Keeps lanes armed ahead of time: making a process costs more than running most programs. */
export class LanePool {
  readonly #ready: { lane: Lane; slot: LaneSlot }[] = [];
  readonly #waiting: ((entry: { lane: Lane; slot: LaneSlot }) => void)[] = [];
  readonly #slotOf = new Map<Lane, LaneSlot>();

  /** Resolves when every slot holds an armed lane. */
  static async create(slots: readonly LaneSlot[]): Promise<LanePool> {
    const pool = new LanePool();
    for (const slot of slots) await pool.#arm(slot);
    return pool;
  }

  /** An armed lane, now or as soon as there is one. Give it back with `release`. */
  async take(): Promise<Lane> {
    for (;;) {
      const entry =
        this.#ready.shift() ??
        (await new Promise<{ lane: Lane; slot: LaneSlot }>((resolve) => {
          this.#waiting.push(resolve);
        }));
      if (entry.lane.isArmed) {
        this.#slotOf.set(entry.lane, entry.slot);
        return entry.lane;
      }
      await this.#replace(entry);
    }
  }

  /** Takes a lane back whose processes are gone, and arms its slot anew. */
  async release(lane: Lane): Promise<void> {
    const slot = this.#slotOf.get(lane);
    if (slot === undefined) throw new Error('this lane was not taken from this pool');
    this.#slotOf.delete(lane);
    lane.close();
    await this.#arm(slot);
  }

  async #replace(dead: { lane: Lane; slot: LaneSlot }): Promise<void> {
    await dead.lane.dissolve();
    dead.lane.close();
    await this.#arm(dead.slot);
  }

  async #arm(slot: LaneSlot): Promise<void> {
    const entry = { lane: await slot.arm(), slot };
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#ready.push(entry);
    else waiter(entry);
  }
}
