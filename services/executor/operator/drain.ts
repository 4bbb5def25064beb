// Drains an Executor: load balancers learn of it first, while requests are still taken, so that none is refused.

import { type Clock, sleep } from '../../lib/process/clock.js';
import type { Intake } from '../intake.js';

export interface DrainOptions {
  readonly intake: Intake;
  /** How long load balancers take to learn of it, as the operator has configured. */
  readonly noticeMs: number;
  /** Resolves when those that ask the agent have had time to learn of it. Says whether any asks. */
  readonly agentNoticed: () => Promise<boolean>;
  readonly clock: Clock;
}

export class Drain {
  readonly #options: DrainOptions;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Resolves when new requests are refused, or when somebody has said `resume` meanwhile. */
  async drain(): Promise<void> {
    await this.announce();
    if (this.#options.intake.state === 'announced') this.#options.intake.drain();
  }

  resume(): void {
    this.#options.intake.resume();
  }

  /**
   * Has load balancers send nothing more, and gives them time to learn it. Requests that come meanwhile are taken.
   *
   * @returns whether there may be other hosts that take the work of this one
   */
  async announce(): Promise<boolean> {
    const { intake, noticeMs, agentNoticed, clock } = this.#options;
    if (intake.state === 'draining') return true;
    intake.announce();
    const [, isAsked] = await Promise.all([sleep(clock, noticeMs), agentNoticed()]);
    return isAsked || noticeMs > 0;
  }
}
