/** A place where executions can run. */
export interface Station {
  /** Executions that it can take now. */
  readonly freePlaces: number;
  /** Takes a place. Whoever is admitted gives it back. */
  occupy(): void;
}

export type Admission<S> =
  | { readonly kind: 'admitted'; readonly station: S }
  | { readonly kind: 'refused'; readonly reason: 'queue full' | 'no station' | 'withdrawn' };

/** Gives waiting executions to stations, first come, first served, and bounds how many wait. */
export class AdmissionQueue<S extends Station> {
  readonly #stations: () => readonly S[];
  readonly #mayWait: () => boolean;
  readonly #maxWaiting: number;
  readonly #waiting: ((admission: Admission<S>) => void)[] = [];

  constructor(options: {
    readonly stations: () => readonly S[];
    /** Whether a place can become free soon; waiting makes no sense while nothing runs. */
    readonly mayWait: () => boolean;
    readonly maxWaiting: number;
  }) {
    this.#stations = options.stations;
    this.#mayWait = options.mayWait;
    this.#maxWaiting = options.maxWaiting;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves at once where a place is free or waiting is no use; else when a place becomes free. */
  enter(signal: AbortSignal): Promise<Admission<S>> {
    const station = this.#waiting.length === 0 ? this.#occupyStation() : undefined;
    if (station !== undefined) return Promise.resolve({ kind: 'admitted', station });
    if (!this.#mayWait()) return Promise.resolve({ kind: 'refused', reason: 'no station' });
    if (this.#waiting.length >= this.#maxWaiting) {
      return Promise.resolve({ kind: 'refused', reason: 'queue full' });
    }
    return this.#wait(signal);
  }

  /** To be called whenever a station's places may have changed. */
  update(): void {
    while (this.#waiting.length > 0) {
      const station = this.#occupyStation();
      if (station !== undefined) {
        this.#waiting.shift()?.({ kind: 'admitted', station });
        continue;
      }
      if (this.#mayWait()) return;
      this.#waiting.shift()?.({ kind: 'refused', reason: 'no station' });
    }
  }

  #wait(signal: AbortSignal): Promise<Admission<S>> {
    return new Promise((resolve) => {
      const settle = (admission: Admission<S>) => {
        signal.removeEventListener('abort', withdraw);
        resolve(admission);
      };
      const withdraw = () => {
        this.#waiting.splice(this.#waiting.indexOf(settle), 1);
        settle({ kind: 'refused', reason: 'withdrawn' });
      };
      this.#waiting.push(settle);
      signal.addEventListener('abort', withdraw);
      if (signal.aborted) withdraw();
    });
  }

  /** The station with the most room. */
  #occupyStation(): S | undefined {
    const [station] = this.#stations()
      .filter((each) => each.freePlaces > 0)
      .sort((a, b) => b.freePlaces - a.freePlaces);
    station?.occupy();
    return station;
  }
}
