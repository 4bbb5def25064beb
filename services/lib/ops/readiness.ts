// Whether a service is ready for work, for probes.

/** What a probe learns. */
export interface ReadinessReport {
  readonly isReady: boolean;
  /** One sentence, or a word. */
  readonly detail: string;
}

/** Not ready until the service has started, and never again once it stops. In between the service decides. */
export class Readiness {
  #phase: 'starting' | 'started' | 'stopping' = 'starting';
  #check: () => ReadinessReport = () => ({ isReady: true, detail: 'ready' });

  get current(): ReadinessReport {
    switch (this.#phase) {
      case 'starting':
        return { isReady: false, detail: 'The service is starting.' };
      case 'stopping':
        return { isReady: false, detail: 'The service is stopping.' };
      case 'started':
        return this.#check();
    }
  }

  /** Asks the service each time. Without a check a started service is ready. */
  decidedBy(check: () => ReadinessReport): void {
    this.#check = check;
  }

  start(): void {
    if (this.#phase === 'starting') this.#phase = 'started';
  }

  stop(): void {
    this.#phase = 'stopping';
  }
}
