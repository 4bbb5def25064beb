// Assigns executions to the slots of machines, in turns between clients, and bounds how many wait.

/** The slots of one machine. */
export interface Slots {
  /** Executions that the machine can take now. */
  readonly freeSlots: number;
  /** Whether a waiting execution may expect a slot soon. */
  readonly isExpected: boolean;
  /** Takes a slot. Whoever is admitted gives it back. */
  occupy(): void;
}

export type Admission<S> =
  | { readonly kind: 'admitted'; readonly slots: S }
  | { readonly kind: 'refused'; readonly reason: 'queue full' | 'no slot' | 'withdrawn' };

export interface AdmissionRequest<S> {
  /** Whether these slots will do. */
  readonly suits: (slots: S) => boolean;
  /** Whoever it is for: clients take turns. */
  readonly client: string;
  /** Aborted when whoever waits goes away. */
  readonly signal: AbortSignal;
}

/**
 * Assigns waiting executions to slots and bounds how many wait. Waiting clients take turns, each with its executions in
 * the order of arrival, so a client that sends many delays only itself. A request that waits for one machine does not delay
 * requests that suit another.
 */
export class AdmissionQueue<S extends Slots> {
  /** The machine that got work last is at the end. */
  #slots: readonly S[];
  readonly #maxWaiting: number;
  /** By client, whose turn it is first. No list is empty. */
  readonly #waiting = new Map<string, readonly Waiter<S>[]>();

  constructor(options: { readonly slots: readonly S[]; readonly maxWaiting: number }) {
    this.#slots = options.slots;
    this.#maxWaiting = options.maxWaiting;
  }

  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Resolves at once if a slot is free or waiting is of no use, else when a slot becomes free. */
  enter({ suits, client, signal }: AdmissionRequest<S>): Promise<Admission<S>> {
    return new Promise((resolve) => {
      const waiter: Waiter<S> = {
        client,
        suits,
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
    for (const waiter of [...this.#waiting.values()].flat()) {
      if (this.#slots.some((slots) => waiter.suits(slots) && slots.isExpected)) continue;
      this.#settle(waiter, { kind: 'refused', reason: 'no slot' });
    }
  }

  /** @returns whether there was somebody to admit */
  #admitOne(): boolean {
    for (const [client, waiters] of this.#waiting) {
      for (const waiter of waiters) {
        const slots = this.#occupy(waiter.suits);
        if (slots === undefined) continue;
        this.#settle(waiter, { kind: 'admitted', slots });
        this.#endTurn(client);
        return true;
      }
    }
    return false;
  }

  #waitersOf(client: string): readonly Waiter<S>[] {
    return this.#waiting.get(client) ?? [];
  }

  #settle(waiter: Waiter<S>, admission: Admission<S>): void {
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
  readonly settle: (admission: Admission<S>) => void;
}
