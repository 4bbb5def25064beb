// Gives each frame of a session to the execution that it belongs to.

import type { GuestBody } from './session.js';

/** Takes what the guest sends about one execution. */
export interface ExecutionListener {
  onBody(body: GuestBody, payload: Uint8Array): void;
  /** The machine or its channel is gone; nothing follows. */
  onLost(reason: string): void;
}

export class FrameRouter {
  #nextExecution = 1;
  readonly #listeners = new Map<number, ExecutionListener>();

  /** @returns the number of an execution whose frames go to the listener until `stopListening` */
  listen(listener: ExecutionListener): number {
    const execution = this.#nextExecution;
    this.#nextExecution += 1;
    this.#listeners.set(execution, listener);
    return execution;
  }

  stopListening(execution: number): void {
    this.#listeners.delete(execution);
  }

  /** A frame of an execution that nobody listens to is dropped. */
  route(body: GuestBody, payload: Uint8Array): void {
    if (!('execution' in body.value)) return;
    this.#listeners.get(body.value.execution)?.onBody(body, payload);
  }

  /** The session is lost, and with it all executions. */
  lose(reason: string): void {
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.onLost(reason);
  }
}
