// A machine for tests of executions: keeps what is sent to its guest, and plays the guest.

import { encodeFrame } from '../../../guest/protocol/frame.js';
import type {
  ExecutionChannel,
  ExecutionListener,
} from '../../../services/executor/execution/channel.js';
import type { GuestBody, HostBody } from '../../../services/executor/machine/session.js';
import { HostFrame } from '../../../services/gen/pbot/vm/guest/v1/channel.js';

type ValueOf<C extends HostBody['$case']> = Extract<HostBody, { $case: C }>['value'];

const nothing = new Uint8Array(0);

/** What a guest says, and the bytes that it announces. */
export interface GuestWord {
  readonly body: GuestBody;
  readonly payload?: Uint8Array;
}

/** What a run sees of a machine: it keeps what is sent, and says what the test has it say. */
export class FakeMachine implements ExecutionChannel {
  readonly sent: { readonly body: HostBody; readonly payload: Uint8Array }[] = [];
  readonly #listeners = new Map<number, ExecutionListener>();
  #nextExecution = 7;

  listen(listener: ExecutionListener): number {
    const execution = this.#nextExecution;
    this.#nextExecution += 1;
    this.#listeners.set(execution, listener);
    return execution;
  }

  stopListening(execution: number): void {
    this.#listeners.delete(execution);
  }

  /** @throws RangeError for what does not fit into a frame, as the data channel does */
  send(body: HostBody, payload: Uint8Array = nothing): void {
    encodeFrame(HostFrame.encode({ generation: 1, session: 1, body }).finish(), payload);
    this.sent.push({ body, payload });
  }

  /** Whether somebody still takes what the guest says. */
  get isListenedTo(): boolean {
    return this.#listeners.size > 0;
  }

  say({ body, payload = nothing }: GuestWord): void {
    for (const listener of this.#listeners.values()) listener.onBody(body, payload);
  }

  lose(reason: string): void {
    for (const listener of [...this.#listeners.values()]) listener.onLost(reason);
  }

  /** The values of all frames of one kind that were sent. */
  sentOf<C extends HostBody['$case']>($case: C): ValueOf<C>[] {
    return this.sent.flatMap(({ body }) =>
      body.$case === $case ? [body.value as ValueOf<C>] : [],
    );
  }

  /** The bytes that all frames of one kind have announced. */
  payloadsOf($case: HostBody['$case']): Uint8Array[] {
    return this.sent.flatMap(({ body, payload }) => (body.$case === $case ? [payload] : []));
  }
}
