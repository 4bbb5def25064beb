// gRPC clients of the three services for tests.

import { status } from '@grpc/grpc-js';
import { ExecutorServiceService, Program } from '../../services/gen/pbot/vm/v1/executor.js';
import { SnapshotServiceService } from '../../services/gen/pbot/vm/v1/snapshot.js';
import {
  type Machine,
  MachineState,
  WatchdogServiceService,
} from '../../services/gen/pbot/vm/v1/watchdog.js';
import { withServiceSockets } from '../../services/lib/config/service-sockets.js';
import { createClient, type RpcClient } from '../../services/lib/rpc/client.js';
import { RpcError } from '../../services/lib/rpc/error.js';
import type { MachineEnvironment } from './real-machine.js';
import { waitFor } from './wait.js';

/** Clients of the three services. */
export class Clients {
  readonly executor: RpcClient<ExecutorServiceService>;
  readonly watchdog: RpcClient<WatchdogServiceService>;
  readonly snapshot: RpcClient<SnapshotServiceService>;

  constructor(environment: MachineEnvironment) {
    const addresses = withServiceSockets(environment);
    const target = (name: string) => {
      const address = addresses[name] ?? '';
      return address.includes(':') ? address : `127.0.0.1:${address}`;
    };
    this.executor = createClient(ExecutorServiceService, {
      target: target('PBOTVM_SERVER'),
      options: {
        'grpc.max_receive_message_length': -1,
      },
    });
    this.watchdog = createClient(WatchdogServiceService, { target: target('PBOTVM_WATCHDOG') });
    this.snapshot = createClient(SnapshotServiceService, { target: target('PBOTVM_SNAPSHOT') });
  }

  close(): void {
    this.executor.close();
    this.watchdog.close();
    this.snapshot.close();
  }

  async execute(program: Partial<Program>) {
    const request = { program: programOf(program) };
    const { result } = await this.executor.execute(request, { timeoutMs: 120_000 });
    if (result === undefined) throw new Error('a response without a result');
    return result;
  }

  /** What the Watchdog says of the machine of that name, or of its first one. */
  async machine(name?: string): Promise<Machine> {
    const { machines } = await this.watchdog.listMachines({}, { timeoutMs: 5000 });
    const machine = machines.find((each) => name === undefined || each.name === name);
    if (machine === undefined) throw new Error(`the Watchdog has no machine ${name ?? ''}`);
    return machine;
  }

  /** Waits until the machine can take work, in a generation other than the given one where one is given. */
  async ready(otherThan?: number, name?: string): Promise<Machine> {
    return await waitFor(
      'a machine that is ready',
      () => this.#findReady(otherThan, name).catch(ignoreUnreached),
      // A machine that boots on a busy host, emulated, takes minutes.
      240_000,
    );
  }

  /** Has the machine of that name, or the first one, reverted, and waits until it can take work again. */
  async revert(name?: string, { timeoutMs = 60_000 } = {}): Promise<Machine> {
    const { name: machine, generation } = await this.machine(name);
    await this.watchdog.revertMachine({ machine }, { timeoutMs });
    return await this.ready(generation, name);
  }

  /** Waits until a machine runs a program: a request that was sent may not have arrived yet. */
  async running(): Promise<void> {
    await waitFor('a program that runs', async () => {
      const { machines } = await this.executor.listMachines({}, { timeoutMs: 5000 });
      return machines.some(({ running }) => running > 0);
    });
  }

  async #findReady(otherThan?: number, name?: string): Promise<Machine | undefined> {
    const watched = await this.machine(name);
    const { machines } = await this.executor.listMachines({}, { timeoutMs: 5000 });
    const seen = machines.find((each) => each.name === watched.name);
    const isReady =
      watched.state === MachineState.READY &&
      watched.generation !== otherThan &&
      seen?.connected === true &&
      seen.generation === watched.generation;
    return isReady ? watched : undefined;
  }
}

/** A service may not listen yet. */
function ignoreUnreached(error: unknown): undefined {
  if (error instanceof RpcError && error.code === status.UNAVAILABLE) return undefined;
  throw error;
}

/** A program with everything that it does not say left at its default. */
export function programOf(program: Partial<Program>): Program {
  return Program.fromPartial({ language: 'sh', ...program });
}

export function textOf(output: { data: Uint8Array } | undefined): string {
  return Buffer.from(output?.data ?? []).toString('utf8');
}
