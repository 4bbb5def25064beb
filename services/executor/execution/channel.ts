// What an execution needs of its machine: a number of its own, and a way for frames in both directions.

import type { GuestBody, HostBody } from '../machine/session.js';

export interface ExecutionListener {
  onBody(body: GuestBody, payload: Uint8Array): void;
  onLost(reason: string): void;
}

export interface ExecutionChannel {
  /** @returns the number of an execution whose frames go to the listener until `stopListening` */
  listen(listener: ExecutionListener): number;
  stopListening(execution: number): void;
  send(body: HostBody, payload?: Uint8Array): void;
}
