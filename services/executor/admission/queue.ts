/** A place where executions can run. */
export interface Station {
  /** Executions that it can take now. */
  readonly freePlaces: number;
  /** Whether executions that wait can hope for a place soon. */
  readonly isExpected: boolean;
  /** Takes a place. Whoever is admitted gives it back. */
  occupy(): void;
}

export type Admission<S> =
  | { readonly kind: 'admitted'; readonly station: S }
  | { readonly kind: 'refused'; readonly reason: 'queue full' | 'no station' | 'withdrawn' };

export interface AdmissionRequest<S> {
  /** Which stations will do. */
  readonly suits: (station: S) => boolean;
  /** Whoever it is for: clients take turns. */
  readonly client: string;
  /** Aborted when whoever waits goes away. */
  readonly signal: AbortSignal;
}

/**
 * Gives waiting executions to stations, and bounds how many wait. Clients that wait take turns, each with its executions in
 * the order that they came in: one that sends many at once holds up itself. Who waits for one station does not hold up
 * those whom another suits.
 */
export class AdmissionQueue<S extends Station> {
  /** Whoever was given work last is at the end. */
  #stations: readonly S[];
  readonly #maxWaiting: number;
  /** By client, whose turn it is first. No list is empty. */
  readonly #waiting = new Map<string, readonly Waiter<S>[]>();

  constructor(options: { readonly stations: readonly S[]; readonly maxWaiting: number }) {
    this.#stations = options.stations;
    this.#maxWaiting = options.maxWaiting;
  }

  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Resolves at once where a place is free or waiting is no use; else when a place becomes free. */
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

  /** Refuses whoever waits. */
  clear(): void {
    for (const waiter of [...this.#waiting.values()].flat()) {
      this.#settle(waiter, { kind: 'refused', reason: 'no station' });
    }
  }

  /** The newest of whoever has most: a full queue is theirs. Among equals it is the newcomer. */
  #refuseOne(newcomer: string): void {
    const longest = [...this.#waiting.values()].reduce(
      (most, waiters) => (waiters.length > most.length ? waiters : most),
      this.#waitersOf(newcomer),
    );
    const last = longest.at(-1);
    if (last !== undefined) this.#settle(last, { kind: 'refused', reason: 'queue full' });
  }

  /** To be called whenever a station's places may have changed. */
  update(): void {
    while (this.#admitOne());
    for (const waiter of [...this.#waiting.values()].flat()) {
      if (this.#stations.some((station) => waiter.suits(station) && station.isExpected)) continue;
      this.#settle(waiter, { kind: 'refused', reason: 'no station' });
    }
  }

  /** @returns whether there was somebody to admit */
  #admitOne(): boolean {
    for (const [client, waiters] of this.#waiting) {
      for (const waiter of waiters) {
        const station = this.#occupyStation(waiter.suits);
        if (station === undefined) continue;
        this.#settle(waiter, { kind: 'admitted', station });
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

  /** The station with the most room; among those with as much, the one that has been idle longest. */
  #occupyStation(suits: (station: S) => boolean): S | undefined {
    const [station] = this.#stations
      .filter((each) => each.freePlaces > 0 && suits(each))
      .sort((a, b) => b.freePlaces - a.freePlaces);
    if (station === undefined) return undefined;
    station.occupy();
    this.#stations = [...this.#stations.filter((each) => each !== station), station];
    return station;
  }
}

interface Waiter<S> {
  readonly client: string;
  readonly suits: (station: S) => boolean;
  readonly settle: (admission: Admission<S>) => void;
}
