// Has a repeated request join the execution of the first, or get its result, so that its program runs once.

import type { Clock } from '../lib/process/clock.js';
import type { Client } from '../lib/rpc/caller.js';
import { RpcError } from '../lib/rpc/error.js';
import { keptMs, Repeats } from './admission/repeats.js';
import { invalidProgram } from './errors.js';
import type { ExecutionIdentity, ExecutionResult, PhaseResult } from './execution/result.js';
import type { ExecutionRequest } from './executor.js';

/** An execution goes on so long without a client: one whose connection broke repeats its request. */
const unattendedMs = 2000;

/** Of a result, besides its output and files. */
const resultOverheadBytes = 2048;

export interface JoinedExecutionsOptions {
  readonly execute: (request: ExecutionRequest) => Promise<ExecutionResult>;
  /** Of the results that are kept. */
  readonly maxBytes: number;
  readonly clock: Clock;
}

type Attendant = Pick<ExecutionRequest, 'announce' | 'signal'>;

interface JoinedExecution {
  readonly result: Promise<ExecutionResult>;
  readonly attendants: Set<Attendant>;
  readonly cancellation: AbortController;
  identity?: ExecutionIdentity;
  stopUnattendedTimer?: () => void;
}

export class JoinedExecutions {
  readonly #options: JoinedExecutionsOptions;
  readonly #repeats: Repeats<JoinedExecution>;

  constructor(options: JoinedExecutionsOptions) {
    this.#options = options;
    this.#repeats = new Repeats({ maxBytes: options.maxBytes });
  }

  /**
   * Executes the program, unless a request with the same id has done so.
   *
   * @param digest of all that makes the program what it is
   * @throws RpcError
   */
  async execute(request: ExecutionRequest, digest: string): Promise<ExecutionResult> {
    if (request.program.requestId === '') {
      throw invalidProgram([{ field: 'program.join_repeats', description: 'needs a request_id' }]);
    }
    const key = keyOf(request.client, request.program);
    const found = this.#repeats.find(key, digest, this.#options.clock.nowMs());
    switch (found.kind) {
      case 'none':
        return await this.#attend(this.#begin(key, digest, request), request);
      case 'joined':
        return await this.#attend(found.execution, request);
      case 'other program':
        throw invalidProgram([
          { field: 'program.request_id', description: 'was used for another program' },
        ]);
    }
  }

  #begin(key: string, digest: string, request: ExecutionRequest): JoinedExecution {
    const attendants = new Set<Attendant>();
    const cancellation = new AbortController();
    const announce = (identity: ExecutionIdentity) => {
      execution.identity = identity;
      for (const attendant of attendants) attendant.announce?.(identity);
    };
    // Begins after what it refers to is there.
    const result = Promise.resolve().then(() =>
      this.#options.execute({
        ...request,
        signal: cancellation.signal,
        announce,
      }),
    );
    const execution: JoinedExecution = { result, attendants, cancellation };
    this.#repeats.begin(key, digest, execution);
    result.then(
      (ended) => this.#keep(key, bytesOf(ended)),
      (error: unknown) => {
        if (hasNotStarted(error)) this.#repeats.forget(key);
        else this.#keep(key, resultOverheadBytes);
      },
    );
    return execution;
  }

  #keep(key: string, bytes: number): void {
    const { clock } = this.#options;
    this.#repeats.end(key, bytes, clock.nowMs());
    clock.schedule(keptMs, () => this.#repeats.expire(clock.nowMs()));
  }

  async #attend(execution: JoinedExecution, request: ExecutionRequest): Promise<ExecutionResult> {
    const { signal, announce } = request;
    const attendant: Attendant = { signal, ...(announce && { announce }) };
    const leave = () => this.#leave(execution, attendant);
    execution.stopUnattendedTimer?.();
    execution.attendants.add(attendant);
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    try {
      if (execution.identity !== undefined) announce?.(execution.identity);
      return await execution.result;
    } finally {
      signal.removeEventListener('abort', leave);
      execution.attendants.delete(attendant);
    }
  }

  #leave(execution: JoinedExecution, attendant: Attendant): void {
    execution.attendants.delete(attendant);
    if (execution.attendants.size > 0) return;
    execution.stopUnattendedTimer = this.#options.clock.schedule(unattendedMs, () =>
      execution.cancellation.abort(),
    );
  }
}

/** Nobody joins an execution of another client that has proved its name, or of another requester. */
function keyOf(client: Client, program: { requestId: string; requester: string }): string {
  const name = client.isKnown ? client.name : '';
  return JSON.stringify([client.isKnown, name, program.requester, program.requestId]);
}

function hasNotStarted(error: unknown): boolean {
  return error instanceof RpcError && error.metadata['execution'] === 'NOT_STARTED';
}

function bytesOf({ compile, run, files }: ExecutionResult): number {
  const ofFiles = files.reduce((sum, { path, data }) => sum + path.length + data.length, 0);
  return resultOverheadBytes + ofFiles + bytesOfPhase(compile) + bytesOfPhase(run);
}

function bytesOfPhase(phase: PhaseResult | undefined): number {
  if (phase === undefined) return 0;
  const { stdout, stderr, command } = phase;
  const ofOutput = [stdout, stderr].reduce(
    (sum, { data, tail }) => sum + data.length + tail.length,
    0,
  );
  return ofOutput + command.reduce((sum, word) => sum + word.length, 0);
}
