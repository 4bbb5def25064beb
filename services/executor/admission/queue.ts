// Assigns executions to the slots of machines, in turns between clients, and bounds how many wait and for how long.

import type { Clock } from '../../lib/process/clock.js';

/**
 * What a waiting execution may expect of a machine:
 * - `serving`: a slot becomes free when a program ends, or at once;
 * - `returning`: it starts or is reverted, and may serve soon;
 * - `gone`: nothing.
 */
export type Outlook = 'serving' | 'returning' | 'gone';

/** The slots of one machine. */
export interface Slots {
  /** Executions that the machine can take now. */
  readonly freeSlots: number;
  readonly outlook: Outlook;
  /** Takes a slot. Whoever is admitted gives it back. */
  occupy(): void;
}

export type Admission<S> =
  | { readonly kind: 'admitted'; readonly slots: S }
  | {
      readonly kind: 'refused';
      readonly reason: 'queue full' | 'no slot' | 'waited long' | 'withdrawn';
    };

export interface AdmissionRequest<S> {
  /** Whether these slots will do. */
  readonly suits: (slots: S) => boolean;
  /** Whoever it is for: clients take turns. */
  readonly client: string;
  /** Aborted when whoever waits goes away. */
  readonly signal: AbortSignal;
  /** Longest wait in one go while no machine serves that suits and one is returning. 0: it does not wait for that. */
  readonly maxReturnMs: number;
}

/**
 * Assigns waiting executions to slots and bounds how many wait. A free slot goes to the waiting client that has fewest;
 * equals take turns, each with its executions in the order of arrival. So a client that sends many delays only itself.
 * A request that waits for one machine does not delay requests that suit another. A request waits for a machine that
 * serves without a limit, and for one that is returning as long as it says.
 */
export class AdmissionQueue<S extends Slots> {
  /** The machine that got work last is at the end. */
  #slots: readonly S[];
  readonly #maxWaiting: number;
  readonly #clock: Clock;
  /** By client, whose turn it is first. No list is empty. */
  readonly #waiting = new Map<string, readonly Waiter<S>[]>();
  /** Slots that each client has. None is 0. */
  readonly #held = new Map<string, number>();

  constructor(options: {
    readonly slots: readonly S[];
    readonly maxWaiting: number;
    readonly clock: Clock;
  }) {
    this.#slots = options.slots;
    this.#clock = options.clock;
    this.#maxWaiting = options.maxWaiting;
  }

  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Resolves at once if a slot is free or waiting is of no use, else when a slot becomes free. */
  enter({ suits, client, signal, maxReturnMs }: AdmissionRequest<S>): Promise<Admission<S>> {
    return new Promise((resolve) => {
      const waiter: Waiter<S> = {
        client,
        suits,
        maxReturnMs,
        stopReturnTimer: undefined,
        settle: (admission) => {
          signal.removeEventListener('abort', withdraw);
          resolve(admission);
        },
      };
      const withdraw = () => this.#settle(waiter, { kind: 'refused', reason: 'withdrawn' });
      signal.addEventListener('abort', withdraw);
      this.#waiting.set(client, [...this.#waitersOf(client), waiter]);
      if (signal.aborted) return withdraw();
      this.update();
      if (this.waiting > this.#maxWaiting) this.#refuseOne(client);
    });
  }

  /** To be called when an execution that was admitted leaves its slot, before the slot is free. */
  leave(client: string): void {
    const held = this.#heldBy(client) - 1;
    if (held > 0) this.#held.set(client, held);
    else this.#held.delete(client);
  }

  /** Whether somebody else waits for a slot of these. */
  isWantedByOthers(slots: S, client: string): boolean {
    return [...this.#waiting].some(
      ([other, waiters]) => other !== client && waiters.some(({ suits }) => suits(slots)),
    );
  }

  /** Refuses all that wait. */
  clear(): void {
    for (const waiter of [...this.#waiting.values()].flat()) {
      this.#settle(waiter, { kind: 'refused', reason: 'no slot' });
    }
  }

  /** Refuses the newest request of the client with the most waiting requests; among equals the newcomer's. */
  #refuseOne(newcomer: string): void {
    const longest = [...this.#waiting.values()].reduce(
      (most, waiters) => (waiters.length > most.length ? waiters : most),
      this.#waitersOf(newcomer),
    );
    const last = longest.at(-1);
    if (last !== undefined) this.#settle(last, { kind: 'refused', reason: 'queue full' });
  }

  /** To be called whenever slots may have changed. */
  update(): void {
    while (this.#admitOne());
    for (const waiter of [...this.#waiting.values()].flat()) this.#judge(waiter);
  }

  /** Whether, and how long, it may go on waiting. */
  #judge(waiter: Waiter<S>): void {
    const outlooks = this.#slots.filter(waiter.suits).map(({ outlook }) => outlook);
    if (outlooks.includes('serving')) return stopReturnTimer(waiter);
    if (!outlooks.includes('returning')) {
      return this.#settle(waiter, { kind: 'refused', reason: 'no slot' });
    }
    const refuse = () => this.#settle(waiter, { kind: 'refused', reason: 'waited long' });
    if (waiter.maxReturnMs === 0) return refuse();
    waiter.stopReturnTimer ??= this.#clock.schedule(waiter.maxReturnMs, refuse);
  }

  /** @returns whether there was somebody to admit */
  #admitOne(): boolean {
    // A stable sort: equals keep their turns.
    const fewestFirst = [...this.#waiting].sort(
      ([one], [other]) => this.#heldBy(one) - this.#heldBy(other),
    );
    for (const [client, waiters] of fewestFirst) {
      for (const waiter of waiters) {
        const slots = this.#occupy(waiter.suits);
        if (slots === undefined) continue;
        this.#held.set(client, this.#heldBy(client) + 1);
        this.#settle(waiter, { kind: 'admitted', slots });
        this.#endTurn(client);
        return true;
      }
    }
    return false;
  }

  #heldBy(client: string): number {
    return this.#held.get(client) ?? 0;
  }

  #waitersOf(client: string): readonly Waiter<S>[] {
    return this.#waiting.get(client) ?? [];
  }

  #settle(waiter: Waiter<S>, admission: Admission<S>): void {
    stopReturnTimer(waiter);
    const rest = this.#waitersOf(waiter.client).filter((each) => each !== waiter);
    if (rest.length > 0) this.#waiting.set(waiter.client, rest);
    else this.#waiting.delete(waiter.client);
    waiter.settle(admission);
  }

  /** A map keeps the order in which its keys came. */
  #endTurn(client: string): void {
    const waiters = this.#waiting.get(client);
    if (waiters === undefined) return;
    this.#waiting.delete(client);
    this.#waiting.set(client, waiters);
  }

  /** Takes a slot of the machine with the most free ones; among equals, of the one that got work longest ago. */
  #occupy(suits: (slots: S) => boolean): S | undefined {
    const [slots] = this.#slots
      .filter((each) => each.freeSlots > 0 && suits(each))
      .sort((a, b) => b.freeSlots - a.freeSlots);
    if (slots === undefined) return undefined;
    slots.occupy();
    this.#slots = [...this.#slots.filter((each) => each !== slots), slots];
    return slots;
  }
}

interface Waiter<S> {
  readonly client: string;
  readonly suits: (slots: S) => boolean;
  readonly maxReturnMs: number;
  /** Where the time of `maxReturnMs` runs. */
  stopReturnTimer: (() => void) | undefined;
  readonly settle: (admission: Admission<S>) => void;
}

function stopReturnTimer(waiter: Pick<Waiter<Slots>, 'stopReturnTimer'>): void {
  waiter.stopReturnTimer?.();
  waiter.stopReturnTimer = undefined;
}
