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
  /** Aborted when whoever waits goes away. */
  readonly signal: AbortSignal;
}

/**
 * Gives waiting executions to stations, and bounds how many wait. Nobody is overtaken by somebody whom the same station
 * would suit; who waits for one station does not hold up those behind, whom another suits.
 */
export class AdmissionQueue<S extends Station> {
  /** Whoever was given work last is at the end. */
  #stations: readonly S[];
  readonly #maxWaiting: number;
  #waiting: readonly Waiter<S>[] = [];

  constructor(options: { readonly stations: readonly S[]; readonly maxWaiting: number }) {
    this.#stations = options.stations;
    this.#maxWaiting = options.maxWaiting;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves at once where a place is free or waiting is no use; else when a place becomes free. */
  enter({ suits, signal }: AdmissionRequest<S>): Promise<Admission<S>> {
    return new Promise((resolve) => {
      const waiter: Waiter<S> = {
        suits,
        settle: (admission) => {
          signal.removeEventListener('abort', withdraw);
          resolve(admission);
        },
      };
      const withdraw = () => this.#withdraw(waiter);
      signal.addEventListener('abort', withdraw);
      this.#waiting = [...this.#waiting, waiter];
      if (signal.aborted) return withdraw();
      this.update();
      if (this.#waiting.length <= this.#maxWaiting || !this.#waiting.includes(waiter)) return;
      this.#settle(waiter, { kind: 'refused', reason: 'queue full' });
    });
  }

  /** To be called whenever a station's places may have changed. */
  update(): void {
    for (const waiter of this.#waiting) {
      const station = this.#occupyStation(waiter.suits);
      if (station !== undefined) {
        this.#settle(waiter, { kind: 'admitted', station });
      } else if (!this.#stations.some((each) => waiter.suits(each) && each.isExpected)) {
        this.#settle(waiter, { kind: 'refused', reason: 'no station' });
      }
    }
  }

  #withdraw(waiter: Waiter<S>): void {
    this.#settle(waiter, { kind: 'refused', reason: 'withdrawn' });
  }

  #settle(waiter: Waiter<S>, admission: Admission<S>): void {
    this.#waiting = this.#waiting.filter((each) => each !== waiter);
    waiter.settle(admission);
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
  readonly suits: (station: S) => boolean;
  readonly settle: (admission: Admission<S>) => void;
}
