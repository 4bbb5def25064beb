// One call of Interact as a test drives it.

import type { ClientDuplexStream } from '@grpc/grpc-js';
import type {
  ExecutionResult,
  ExecutorServiceService,
  InteractRequest,
  InteractResponse,
  OutputStream,
} from '../../services/gen/pbot/vm/v1/executor.js';
import type { RpcClient } from '../../services/lib/rpc/client.js';
import { RpcError } from '../../services/lib/rpc/error.js';
import { waitFor } from './wait.js';

/** One call of Interact, and what the program has printed so far. */
export class InteractSession {
  readonly call: ClientDuplexStream<InteractRequest, InteractResponse>;
  text = '';
  /** Those that something came from. */
  readonly streams = new Set<OutputStream>();
  readonly #events: InteractResponse['event'][] = [];
  #onOutput: () => void = () => undefined;
  readonly #ended: Promise<RpcError | undefined>;

  constructor(executor: RpcClient<ExecutorServiceService>) {
    this.call = executor.interact();
    this.#ended = this.#listen();
  }

  say(message: InteractRequest['message']): void {
    this.call.write({ message });
  }

  /** Resolves when the program has printed something more. */
  nextOutput(): Promise<void> {
    return new Promise((resolve) => {
      this.#onOutput = resolve;
    });
  }

  /** Waits until the program has printed that much and no more. */
  async output(text: string): Promise<void> {
    await waitFor(`the output ${JSON.stringify(text)}`, () => this.text === text);
  }

  async result(): Promise<ExecutionResult> {
    const error = await this.#ended;
    if (error !== undefined) throw error;
    const last = this.#events.at(-1);
    if (last?.$case !== 'finished') throw new Error('the call has ended without a result');
    return last.value;
  }

  async error(): Promise<RpcError> {
    const error = await this.#ended;
    if (error === undefined) throw new Error('the call has ended without an error');
    return error;
  }

  async #listen(): Promise<RpcError | undefined> {
    try {
      for await (const { event } of this.call as AsyncIterable<InteractResponse>) {
        this.#events.push(event);
        if (event?.$case !== 'output') continue;
        this.streams.add(event.value.stream);
        this.text += Buffer.from(event.value.data).toString();
        this.#onOutput();
      }
      return undefined;
    } catch (error) {
      return RpcError.from(error);
    }
  }
}
