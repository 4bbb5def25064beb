// A system of services for tests: each service is a process with ports of its own, and this host,
// with the guest server, is their machine.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { execa } from 'execa';
import {
  type ExecutionResult,
  ExecutorServiceService,
  Program,
} from '../../services/gen/pbot/vm/v1/executor.js';
import { type Machine, WatchdogServiceService } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { createClient, type RpcClient } from '../../services/lib/rpc/client.js';
import { RpcError } from '../../services/lib/rpc/error.js';
import { TestMachine } from './machine.js';
import { freePorts } from './ports.js';
import { startProcess, type TestProcess } from './process.js';
import { copyOfPrograms, type Programs, programsFor } from './programs.js';
import { waitFor } from './wait.js';

export type ServiceName = 'snapshot' | 'watchdog' | 'executor';

type Environment = Readonly<Record<string, string>>;

const callTimeoutMs = 30_000;

/** The default lets a client wait for seconds before it sees that a service is back. */
const quickReconnect = {
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.min_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 200,
};

/**
 * All of pbot-vm on ports of its own: the three services as processes, and a machine that they take for a real one
 * (see `TestMachine`). Nothing is started yet.
 */
export class TestSystem {
  readonly programs: Programs;
  readonly machine: TestMachine;
  readonly ports: Readonly<Record<ServiceName, number>>;
  /** Where the machine offers its data channel. */
  readonly dataPort: number;
  readonly executor: RpcClient<ExecutorServiceService>;
  readonly watchdog: RpcClient<WatchdogServiceService>;
  readonly #directory: string;
  readonly #environment: Environment;
  readonly #services = new Map<ServiceName, TestProcess>();
  readonly #launched: TestProcess[] = [];

  private constructor(options: {
    directory: string;
    programs: Programs;
    machine: TestMachine;
    ports: Record<ServiceName, number>;
    dataPort: number;
    environment: Environment;
  }) {
    const { directory, programs, machine, ports, dataPort, environment } = options;
    this.#directory = directory;
    this.programs = programs;
    this.machine = machine;
    this.ports = ports;
    this.dataPort = dataPort;
    this.#environment = environment;
    this.executor = createClient(ExecutorServiceService, {
      target: this.target('executor'),
      options: quickReconnect,
    });
    this.watchdog = createClient(WatchdogServiceService, {
      target: this.target('watchdog'),
      options: quickReconnect,
    });
  }

  /**
   * @param environment variables for every program
   * @param options.capacity executions that the machine runs at the same time; 1 unless given
   * @param options.changesPrograms has a copy of the programs for this system
   */
  static async create(
    environment: Environment = {},
    options: { capacity?: number; changesPrograms?: boolean } = {},
  ): Promise<TestSystem> {
    const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-system-'));
    const { changesPrograms = false } = options;
    const programs = await (changesPrograms ? copyOfPrograms : programsFor)(directory);
    const [executor, watchdog, snapshot, data, heart] = (await freePorts(5)) as FivePorts;
    const machine = await TestMachine.create({
      ports: { data, heart },
      programPath: programs.guestServer,
      capacity: options.capacity,
    });
    return new TestSystem({
      directory,
      programs,
      machine,
      ports: { executor, watchdog, snapshot },
      dataPort: data,
      environment: {
        ...machine.environment,
        PBOTVM_DOMAIN: 'pbot-vm',
        // The machines of this host are none of its.
        PBOTVM_HOME: join(directory, 'home'),
        PBOTVM_STATE: join(directory, 'state'),
        PBOTVM_SERVER: String(executor),
        PBOTVM_WATCHDOG: String(watchdog),
        PBOTVM_SNAPSHOT: String(snapshot),
        PBOTVM_SERIAL: String(data),
        PBOTVM_HEART: String(heart),
        ...environment,
      },
    });
  }

  /** Starts the machine and the services, and waits until a program can run. */
  async startAll(): Promise<void> {
    await this.launchAll();
    await this.serving();
  }

  /** Starts the machine and the services. */
  async launchAll(): Promise<void> {
    await this.machine.powerOn();
    for (const name of ['snapshot', 'watchdog', 'executor'] as const) this.start(name);
  }

  /** Starts a service. One of that name must not run any more. */
  start(name: ServiceName, environment: Environment = {}): TestProcess {
    const service = this.launch(this.programs[name], { environment });
    this.#services.set(name, service);
    return service;
  }

  service(name: ServiceName): TestProcess {
    const service = this.#services.get(name);
    if (service === undefined) throw new Error(`${name} was never started`);
    return service;
  }

  /** Ends a service, with SIGTERM where no signal is given, and starts it again. */
  async restart(
    name: ServiceName,
    options: { signal?: NodeJS.Signals; environment?: Environment } = {},
  ): Promise<void> {
    await this.service(name).stop(options.signal);
    this.start(name, options.environment);
  }

  /** Starts the services that do not run any more, and waits until a program can run. */
  async revive(): Promise<void> {
    for (const [name, { child, exited }] of this.#services) {
      const isEnding = child.killed || child.exitCode !== null || child.signalCode !== null;
      if (!isEnding) continue;
      await exited;
      this.start(name);
    }
    await this.serving();
  }

  /** Starts any program with this system's environment. */
  launch(
    program: string,
    options: { args?: readonly string[]; environment?: Environment } = {},
  ): TestProcess {
    const { args = [], environment = {} } = options;
    const launched = startProcess(
      process.execPath,
      [program, ...args],
      this.#fullEnvironment(environment),
    );
    this.#launched.push(launched);
    return launched;
  }

  /** Runs a program to its end. Its standard input is empty unless given. */
  command(
    program: string,
    args: readonly string[],
    options: { environment?: Environment; input?: string } = {},
  ) {
    return execa(process.execPath, [program, ...args], {
      env: this.#fullEnvironment(options.environment ?? {}),
      extendEnv: false,
      input: options.input ?? '',
      reject: false,
      stripFinalNewline: false,
    });
  }

  target(name: ServiceName): string {
    return `127.0.0.1:${this.ports[name]}`;
  }

  /** Waits until the Executor runs a program. */
  async serving(): Promise<void> {
    await waitFor('an Executor that serves', async () => {
      const error = await this.run('true').catch((each: unknown) => RpcError.from(each));
      if (!(error instanceof RpcError)) return true;
      if (error.code !== status.UNAVAILABLE) throw error;
      return false;
    });
  }

  /** How many programs run now. */
  async running(): Promise<number> {
    const { machines } = await this.executor.listMachines({}, { timeoutMs: callTimeoutMs });
    return machines[0]?.running ?? 0;
  }

  /** Waits until the Watchdog says of the machine what is asked for. */
  async watched(
    description: string,
    fits: (machine: Machine) => boolean,
    timeoutMs?: number,
  ): Promise<Machine> {
    const find = async () => {
      const { machines } = await this.watchdog
        .listMachines({}, { timeoutMs: callTimeoutMs })
        .catch(() => ({
          machines: [],
        }));
      return machines.find(fits);
    };
    return await waitFor(description, find, timeoutMs);
  }

  /**
   * Runs a program of `sh`, or of another language.
   *
   * @throws RpcError
   */
  async run(code: string, more: Partial<Program> = {}): Promise<ExecutionResult> {
    const program = Program.fromPartial({ language: 'sh', code, ...more });
    const { result } = await this.executor.execute({ program }, { timeoutMs: callTimeoutMs });
    if (result === undefined) throw new Error('an answer without a result');
    return result;
  }

  /** The error that a program ends with. */
  async errorOf(code: string, more: Partial<Program> = {}): Promise<RpcError> {
    try {
      await this.run(code, more);
    } catch (error) {
      if (error instanceof RpcError) return error;
      throw error;
    }
    throw new Error('the program has run');
  }

  /** Ends every process. */
  async stop(): Promise<void> {
    this.executor.close();
    this.watchdog.close();
    for (const launched of this.#launched) await launched.stop('SIGKILL');
    await this.machine.remove();
    await rm(this.#directory, { recursive: true });
  }

  #fullEnvironment(environment: Environment): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PBOTVM_'));
    return { ...Object.fromEntries(inherited), ...this.#environment, ...environment };
  }
}

type FivePorts = [number, number, number, number, number];

/** What a program printed on standard output. */
export function outputOf(result: ExecutionResult): string {
  return Buffer.from(result.run?.stdout?.data ?? []).toString('utf8');
}
