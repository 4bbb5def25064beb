// Whether the Executor takes requests, as far as its operator and its process decide.

import { afterRequest, type IntakeRequest, type IntakeState } from './availability.js';
import { drained, shuttingDown } from './errors.js';

/** It is open until somebody says otherwise, and a stop is final. */
export class Intake {
  #state: IntakeState = 'open';
  readonly #listeners: (() => void)[] = [];

  get state(): IntakeState {
    return this.#state;
  }

  /** The listener is called after each change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Load balancers learn that no new requests should come. Those that come are still taken. */
  announce(): void {
    this.#take('announce');
  }

  /** No new requests until `resume`. What runs or waits goes on. */
  drain(): void {
    this.#take('drain');
  }

  resume(): void {
    this.#take('resume');
  }

  /** No new requests any more, and none that waits. */
  stop(): void {
    this.#take('stop');
  }

  /** @throws RpcError unless new requests are taken */
  requireOpen(): void {
    if (this.#state === 'draining') throw drained();
    this.requireNoStop();
  }

  /** @throws RpcError if the process stops */
  requireNoStop(): void {
    if (this.#state === 'stopping') throw shuttingDown();
  }

  #take(request: IntakeRequest): void {
    this.#state = afterRequest(this.#state, request);
    for (const listener of this.#listeners) listener();
  }
}
