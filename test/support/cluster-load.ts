// Many calls to a cluster, whose programs write down that they ran: none may run twice, and each call has one answer.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { retryUnstarted } from '../../services/cli/retry.js';
import { type ExecutorServiceService, Program } from '../../services/gen/pbot/vm/v1/executor.js';
import type { RpcClient } from '../../services/lib/rpc/client.js';
import { RpcError } from '../../services/lib/rpc/error.js';
import { outputOf } from './system.js';
import { waitFor } from './wait.js';

/** A thousand calls wait for minutes. */
const callTimeoutMs = 600_000;

/** What became of one call. */
type Outcome = 'answered' | 'unknown' | 'not-started';

/** What became of many. */
export interface Tally {
  readonly calls: number;
  readonly answered: number;
  /** Failed, and may have run. */
  readonly unknown: number;
  /** Failed, and did not run. */
  readonly notStarted: number;
  /** Ids that the programs have written more than once. */
  readonly ranTwice: number;
  /** Calls with an answer whose program has not run. */
  readonly answeredInVain: number;
  /** Calls that report NOT_STARTED although their program has run. */
  readonly ranUnannounced: number;
  readonly seconds: number;
}

/** Where it is written down which programs have run. */
export interface Ledger {
  /** The command of a shell by which a program is written down. It prints nothing. */
  command(id: string): string;
  /** How often each id was written. */
  runs(): Promise<ReadonlyMap<string, number>>;
}

/** A file of this host, for guest servers that are not confined. */
export function fileLedger(directory: string): Ledger {
  const path = join(directory, `ledger-${randomUUID()}`);
  return {
    command: (id) => `echo ${id} >>${path}`,
    async runs() {
      const ids = await readFile(path, 'utf8').catch(() => '');
      return countEach(ids.split('\n').filter(Boolean));
    },
  };
}

/** How often each of them is there. */
export function countEach(ids: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** Calls that go on until somebody has seen enough. */
export class Load {
  readonly #ledger: Ledger;
  readonly #clients: readonly RpcClient<ExecutorServiceService>[];
  readonly #seconds: number;
  readonly #outcomes = new Map<string, Outcome>();
  readonly #errors = new Map<string, number>();

  /**
   * @param options.seconds that each program sleeps
   */
  constructor(options: {
    clients: readonly RpcClient<ExecutorServiceService>[];
    ledger: Ledger;
    seconds: number;
  }) {
    this.#clients = options.clients;
    this.#seconds = options.seconds;
    this.#ledger = options.ledger;
  }

  /** How many calls have ended. */
  get ended(): number {
    return this.#outcomes.size;
  }

  /** The errors of calls that were not answered, and how many had each. */
  get errors(): ReadonlyMap<string, number> {
    return this.#errors;
  }

  /** Each client makes one call after the other, until it has made so many or `isEnough`. */
  async run(options: { callsPerClient: number; isEnough?: () => boolean }): Promise<Tally> {
    const { callsPerClient, isEnough = () => false } = options;
    const beganMs = performance.now();
    await Promise.all(
      this.#clients.map(async (client) => {
        for (let i = 0; i < callsPerClient && !isEnough(); i += 1) await this.#call(client);
      }),
    );
    return await this.#tally((performance.now() - beganMs) / 1000);
  }

  /** What becomes of the calls that are made while something happens. */
  async during(happen: () => Promise<void>): Promise<Tally> {
    let isOver = false;
    const running = this.run({
      callsPerClient: Number.POSITIVE_INFINITY,
      isEnough: () => isOver,
    });
    try {
      await this.moreCalls();
      await happen();
      await this.moreCalls();
    } finally {
      isOver = true;
    }
    return await running;
  }

  /** Waits until as many more calls have ended as there are clients. */
  async moreCalls(): Promise<void> {
    const before = this.ended;
    await waitFor('more calls', () => this.ended >= before + this.#clients.length, 60_000);
  }

  async #call(client: RpcClient<ExecutorServiceService>): Promise<void> {
    const id = randomUUID();
    const code = `${this.#ledger.command(id)}; sleep ${this.#seconds}; echo ${id}`;
    const program = Program.fromPartial({ language: 'sh', code });
    const attempt = async (onHeaders: () => void) =>
      await client.execute({ program }, { timeoutMs: callTimeoutMs, onHeaders });
    try {
      const { result } = await retryUnstarted(attempt);
      if (result === undefined || outputOf(result) !== `${id}\n`) throw new Error('a wrong answer');
      this.#outcomes.set(id, 'answered');
    } catch (error) {
      const { message, metadata } = RpcError.from(error);
      this.#errors.set(message, (this.#errors.get(message) ?? 0) + 1);
      this.#outcomes.set(
        id,
        metadata['execution'] === 'OUTCOME_UNKNOWN' ? 'unknown' : 'not-started',
      );
    }
  }

  async #tally(seconds: number): Promise<Tally> {
    const runs = await this.#ledger.runs();
    const outcomes = [...this.#outcomes];
    const count = (wanted: Outcome) => outcomes.filter(([, outcome]) => outcome === wanted).length;
    return {
      calls: outcomes.length,
      answered: count('answered'),
      unknown: count('unknown'),
      notStarted: count('not-started'),
      ranTwice: [...runs.values()].filter((times) => times > 1).length,
      answeredInVain: outcomes.filter(([id, each]) => each === 'answered' && !runs.has(id)).length,
      ranUnannounced: outcomes.filter(([id, each]) => each === 'not-started' && runs.has(id))
        .length,
      seconds,
    };
  }
}
