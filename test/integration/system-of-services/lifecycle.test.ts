import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  HealthService,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../../../services/gen/grpc/health/v1/health.js';
import {
  ExecutorServiceService,
  Limit,
  Program,
} from '../../../services/gen/pbot/vm/v1/executor.js';
import { version } from '../../../services/lib/process/version.js';
import { createClient } from '../../../services/lib/rpc/client.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import { childrenOf } from '../../support/guest.js';
import { InteractSession } from '../../support/interact-session.js';
import { LineClient, sendLine } from '../../support/line-client.js';
import { freePorts } from '../../support/ports.js';
import { outputOf, type ServiceName, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create({ PBOTVM_TIMEOUT: '3' });
  await system.startAll();
});

afterAll(() => system.stop());

const services: readonly [ServiceName, string, string][] = [
  ['executor', 'PBOTVM_SERVER', 'serving'],
  ['watchdog', 'PBOTVM_WATCHDOG', 'listening'],
  ['snapshot', 'PBOTVM_SNAPSHOT', 'listening'],
];

describe.each(services)('the %s', (name, portVariable, startMessage) => {
  const command = (args: readonly string[], environment = {}) =>
    system.command(system.programs[name], args, { environment });

  test('each service explains itself and its variables', async () => {
    const { stdout, exitCode } = await command(['--help']);
    expect(stdout).toMatch(new RegExp(`^Usage: ${name} .*${portVariable}`, 's'));
    expect(exitCode).toBe(0);
  });

  test('each service prints its version', async () => {
    const { stdout, exitCode } = await command(['--version']);
    expect(stdout).toBe(`${name} ${version}\n`);
    expect(exitCode).toBe(0);
  });

  test('each service ends with 2 for an argument that it does not know', async () => {
    const { stderr, exitCode } = await command(['--frobnicate']);
    expect(stderr).toBe(`${name}: unknown argument "--frobnicate". Try --help.\n`);
    expect(exitCode).toBe(2);
  });

  test.each([
    [portVariable, '99999'],
    [portVariable, '0.0.0.0:9000'],
    ['PBOTVM_LOG_LEVEL', 'loud'],
  ])('each service ends with 2 for %s=%s and names the variable', async (variable, value) => {
    const { stderr, exitCode } = await command([], { [variable]: value });
    expect(stderr).toMatch(new RegExp(`^${variable} .*\\.\n$`));
    expect(exitCode).toBe(2);
  });

  test('each service ends with 3 where its port is in use, and says so', async () => {
    const { stderr, exitCode } = await command([]);
    const port = system.ports[name];
    expect(stderr).toContain(`127.0.0.1:${port} is in use by another program`);
    expect(exitCode).toBe(3);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'each service ends with 0 at %s while idle',
    async (signal) => {
      // Whoever waited for programs that there are not would do so for an hour.
      const { service } = await startAnother({ PBOTVM_TIMEOUT: '3600' });
      expect(await service.stop(signal)).toBe(0);
      expect(service.output()).toContain('"stopped"');
    },
  );

  test.each([
    ['says nothing', ''],
    ['has begun a line', '-lang=sh ec'],
    ['has begun HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('each service is not held up by a client that %s', async (_, beginning) => {
    const { service, port } = await startAnother();
    const client = await LineClient.connect(port);
    client.write(beginning);
    service.child.kill('SIGTERM');
    // Less than such a client is given to say more.
    await waitFor('its end', () => service.child.exitCode !== null, 4000);
    expect(service.child.exitCode).toBe(0);
    client.socket.destroy();
  });

  /** On a port of its own, with no machine. */
  async function startAnother(environment = {}) {
    const [port] = (await freePorts(1)) as [number];
    const service = system.launch(system.programs[name], {
      environment: {
        [portVariable]: String(port),
        PBOTVM_HEART: '2',
        PBOTVM_SERIAL: '1',
        ...environment,
      },
    });
    await waitFor('its start', () => service.output().includes(`"${startMessage}"`));
    return { service, port };
  }
});

describe('an Executor that is asked to stop', () => {
  beforeEach(() => system.revive());

  test('an Executor that is asked to stop lets a program end first, takes no other, and is not healthy meanwhile', async () => {
    const health = createClient(HealthService, { target: system.target('executor') });
    const statuses: ServingStatus[] = [];
    const watch = (async () => {
      for await (const { status } of health.watch({ service: '' })) {
        statuses.push(status);
      }
    })();
    await waitFor('the first status', () => statuses.length === 1);
    const session = new InteractSession(system.executor);
    const program = Program.fromPartial({
      language: 'sh',
      code: 'echo begun; read line; echo end',
    });
    session.say({ $case: 'program', value: program });
    await session.output('begun\n');

    const exit = system.service('executor').stop();
    await waitFor('NOT_SERVING', () => statuses.includes(ServingStatus.NOT_SERVING));
    await expect(LineClient.connect(system.ports.executor)).rejects.toThrow('ECONNREFUSED');
    expect(session.text).toBe('begun\n');

    session.say({ $case: 'endOfInput', value: {} });
    expect((await session.result()).run?.limit).toBe(Limit.UNSPECIFIED);
    expect(session.text).toBe('begun\nend\n');
    expect(await exit).toBe(0);
    await watch;
    health.close();
  });

  test('an Executor that is asked to stop answers its clients of lines, the one whose program runs and the one that waits', async () => {
    const first = sendLine(system.ports.executor, '-lang=sh sleep 1; echo first');
    await waitFor('the start of the program', async () => (await system.running()) === 1);
    const second = sendLine(system.ports.executor, '-lang=sh echo second');
    const third = system.run('echo third').catch((error: unknown) => RpcError.from(error));
    // Answers come in order: when this one is here, the Executor has both requests before it.
    await system.running();

    expect(await system.service('executor').stop()).toBe(0);

    expect(await first).toBe('first\n');
    const tryAgain = 'Recovering from previous snippet, try again soon.\n';
    expect(['second\n', tryAgain]).toContain(await second);
    const last = await third;
    if (last instanceof RpcError) expect(last.metadata['execution']).toBe('NOT_STARTED');
    else expect(outputOf(last)).toBe('third\n');
  });
});

describe('an Executor that is asked to stop while a client takes nothing of what its program prints', () => {
  beforeEach(() => system.revive());

  test('an Executor that is asked to stop while a client takes nothing of what its program prints waits for it no longer than for the program', async () => {
    const client = createClient(ExecutorServiceService, { target: system.target('executor') });
    const program = Program.fromPartial({
      language: 'sh',
      code: 'exec yes',
      maxOutputBytes: 128n * 1024n ** 2n,
    });
    const leaving = new AbortController();
    const call = client.streamExecute({ program }, { signal: leaving.signal });
    // More than the first message nobody reads.
    await call.next();
    await waitFor('the start of the program', async () => (await system.running()) === 1);
    const executor = system.service('executor');
    executor.child.kill('SIGTERM');
    // The time of a program is 3 s.
    await waitFor('its end', () => executor.child.exitCode !== null, 20_000);
    expect(executor.child.exitCode).toBe(0);
    leaving.abort();
    client.close();
  });
});

describe('the death of a service', () => {
  beforeEach(() => system.revive());

  test('after the death of the Watchdog a program that runs goes on', async () => {
    const result = system.run('sleep 1; echo end');
    await waitFor('the start of the program', async () => (await system.running()) === 1);
    await system.service('watchdog').stop('SIGKILL');
    expect(outputOf(await result)).toBe('end\n');
  });

  test('after the death of the Snapshot service programs run, and a revert waits for another', async () => {
    const { generation } = await system.watched('a machine', () => true);
    await system.service('snapshot').stop('SIGKILL');
    expect(outputOf(await system.run('echo still'))).toBe('still\n');
    await system.run('sleep 60', { timeLimit: { seconds: 0n, nanos: 200_000_000 } });
    const failing = await system.watched('a failed revert', ({ stateDetail }) => {
      return stateDetail.startsWith('A revert failed: ');
    });
    expect(failing.stateDetail).toMatch(/The Snapshot service at \S+ can't be reached/);
    system.start('snapshot');
    await system.watched('the next generation', (machine) => machine.generation > generation);
    await system.serving();
  });

  test('after the death of the Executor no client hangs, and the next one ends what ran', async () => {
    const marker = `marker-${process.pid}-${Date.now()}`;
    const code = `while :; do : ${marker}; sleep 0.1; done`;
    const said = system.machine.guestOutput;
    const grpc = system.errorOf(code);
    await waitFor('the start of the program', async () => (await system.running()) === 1);
    const line = sendLine(system.ports.executor, '-lang=sh echo x');
    await system.service('executor').stop('SIGKILL');
    expect((await grpc).message).not.toBe('');
    expect(await line).toBe('');
    system.start('executor');
    await system.serving();
    expect(system.machine.guestOutput).toBe(said);
  });
});

describe('vm-server', () => {
  let server: ReturnType<TestSystem['launch']>;

  beforeAll(async () => {
    for (const [name] of services) await system.service(name).stop();
    server = system.launch(system.programs.vmServer);
    await system.serving();
  });

  afterAll(async () => {
    await server.stop('SIGTERM');
  });

  test('vm-server starts the three services', async () => {
    expect(await childrenOf(pid())).toHaveLength(3);
  });

  test.each(['snapshot', 'watchdog', 'executor'])(
    'vm-server starts the %s again when it has died',
    async (name) => {
      const before = await childrenOf(pid());
      const victim = await findService(name);
      process.kill(victim, 'SIGKILL');
      await waitFor('another process', async () => {
        const now = await childrenOf(pid());
        return now.length === 3 && !now.includes(victim);
      });
      await system.serving();
      expect(server.output()).toContain('"a service has died"');
      const now = await childrenOf(pid());
      expect(now.filter((child) => before.includes(child))).toHaveLength(2);
    },
  );

  test('vm-server lets a program end when it is asked to stop, and leaves no process behind', async () => {
    const children = await childrenOf(pid());
    const result = system.run('sleep 1; echo end');
    await waitFor('the start of the program', async () => (await system.running()) === 1);
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(outputOf(await result)).toBe('end\n');
    expect(children.filter(isAlive)).toEqual([]);
  });

  test('vm-server ends with 3 where the port of a service is in use, and leaves no process behind', async () => {
    const squatter = createServer().listen(system.ports.watchdog, '127.0.0.1');
    await once(squatter, 'listening');
    const unlucky = system.launch(system.programs.vmServer);
    expect(await unlucky.exited).toBe(3);
    expect(unlucky.output()).toContain(
      `127.0.0.1:${system.ports.watchdog} is in use by another program`,
    );
    squatter.close();
    // Were one left, its port would be taken.
    for (const [name] of services) {
      await expect(LineClient.connect(system.ports[name])).rejects.toThrow('ECONNREFUSED');
    }
  });

  test.each([
    [['--help'], {}, 0, /^Usage: vm-server/],
    [['--version'], {}, 0, /^vm-server \d+\.\d+\.\d+\n$/],
    [['now'], {}, 2, /^vm-server: too many arguments/],
    [[], { PBOTVM_TIMEOUT: 'soon' }, 2, /^PBOTVM_TIMEOUT must be a number of seconds/],
  ])('vm-server called with %j and %j ends with %i', async (args, environment, expected, text) => {
    const ended = await system.command(system.programs.vmServer, args, { environment });
    expect(ended.exitCode).toBe(expected);
    expect(ended.stdout + ended.stderr).toMatch(text);
  });

  function pid(): number {
    if (server.child.pid === undefined) throw new Error('vm-server was not started');
    return server.child.pid;
  }

  /** Process id of a service, which its log tells. */
  async function findService(name: string): Promise<number> {
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    const entries = lines.map((line) => JSON.parse(line) as { name: string; pid: number });
    const last = entries.findLast((entry) => entry.name === name);
    if (last === undefined) throw new Error(`${name} has logged nothing`);
    return last.pid;
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
