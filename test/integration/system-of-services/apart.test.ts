// Each service deployed on its own: killed, stopped and restarted in every order, while a client gets right answers or honest errors.

import { readFile, readlink, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MachineState } from '../../../services/gen/pbot/vm/v1/watchdog.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import type { ServiceName } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';
import { ServicesApart, serviceNames } from './apart-scene.js';

const isRoot = process.getuid?.() === 0;

test.skipIf(isRoot)(
  'services with users and networks of their own were NOT tried: only root makes these',
  () => {
    expect(isRoot).toBe(false);
  },
);

describe.runIf(isRoot)('services with a user and a network each', () => {
  let services: ServicesApart;

  beforeAll(async () => {
    services = await ServicesApart.create();
    await writeFile(services.ledger, '');
    await services.machine.powerOn();
    for (const name of serviceNames) services.start(name);
    await serving();
  });

  afterAll(() => services.remove());

  async function serving(): Promise<void> {
    await waitFor(
      'an answer',
      async () => (await services.run('echo up').catch(() => '')) === 'up\n',
      40_000,
      100,
    );
  }

  test('each service has a user, a network and a process tree of its own, and cannot read what is another’s', async () => {
    const seen = [];
    for (const name of serviceNames) {
      const pid = services.service(name).child.pid as number;
      const [, uid] = /^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
      seen.push(uid, await readlink(`/proc/${pid}/ns/net`));
    }
    expect(new Set([...seen, await readlink('/proc/self/ns/net')]).size).toBe(7);
    for (const name of serviceNames) {
      for (const other of serviceNames) {
        const { exitCode } = await services.as(name, 'cat', `${services.homeOf(other)}/server.key`);
        expect(exitCode === 0, `${name} reads the key of ${other}`).toBe(name === other);
      }
    }
  });

  test('a time-out passes through all three: the machine is reverted, and serves again', async () => {
    const before = await machine();
    expect(await services.run('echo part; sleep 60', shortLimit)).toBe('part\n');
    await waitFor('a revert', async () => {
      const after = await machine();
      return after?.generation !== before?.generation && after?.state === MachineState.READY;
    });
    await serving();
  });

  const [a, b, c] = serviceNames;
  const orders: readonly (readonly [ServiceName, ServiceName, ServiceName])[] = [
    ...([
      [a, b, c],
      [a, c, b],
      [b, a, c],
    ] as const),
    ...([
      [b, c, a],
      [c, a, b],
      [c, b, a],
    ] as const),
  ];

  test.each(orders)(
    'the %s is killed, the %s stopped and the %s restarted while programs run: each answer is right or says what is known',
    async (killed, stopped, restarted) => {
      const client = new Client(services);
      await client.answered(2);
      await services.service(killed).stop('SIGKILL');
      await client.answered(2);
      services.service(stopped).child.kill('SIGSTOP');
      await client.answered(2);
      await services.service(restarted).stop('SIGTERM');
      services.start(restarted);
      await client.answered(2);
      services.service(stopped).child.kill('SIGCONT');
      services.start(killed);
      await serving();
      await client.answered(2);
      const answers = await client.end();
      expect(judge(answers, await readFile(services.ledger, 'utf8'))).toEqual([]);
      await waitFor('a machine that is ready', async () => {
        return (await machine())?.state === MachineState.READY;
      });
      expect(await snapshots()).toEqual(['1']);
    },
  );

  /** `undefined` while the Watchdog does not listen yet. */
  async function machine() {
    const request = services.watchdog.listMachines({}, { timeoutMs: 5000 });
    return (await request.catch(() => undefined))?.machines[0];
  }

  async function snapshots() {
    return await waitFor('the Snapshot service', async () => {
      const request = services.snapshot.getDomain({ domain: 'pbot-vm' }, { timeoutMs: 5000 });
      return (await request.catch(() => undefined))?.domain?.snapshots;
    });
  }
});

const shortLimit = { timeLimit: { seconds: 0n, nanos: 500_000_000 } };

interface Answer {
  readonly id: string;
  readonly answer: string | RpcError;
}

let lastId = 0;

/** Between a failed call and the next. */
const pauseMs = 50;

/** Runs one program after the other. Each writes its own id, so that whoever looks can count how often it ran. */
class Client {
  readonly #answers: Answer[] = [];
  readonly #ended: Promise<void>;
  #isOver = false;

  constructor(services: ServicesApart) {
    this.#ended = this.#work(services);
  }

  /** Waits for so many more answers. */
  async answered(count: number): Promise<void> {
    const wanted = this.#answers.length + count;
    await waitFor('answers', () => this.#answers.length >= wanted, 40_000);
  }

  async end(): Promise<readonly Answer[]> {
    this.#isOver = true;
    await this.#ended;
    return this.#answers;
  }

  async #work(services: ServicesApart): Promise<void> {
    while (!this.#isOver) {
      lastId += 1;
      const id = `program-${lastId}`;
      const code = `echo ${id} >>${services.ledger}; echo ${id}`;
      // An Executor that was stopped answers nobody: the client's own deadline ends that call.
      const answer = await services
        .run(code, { timeoutMs: 1500 })
        .catch((error: unknown) => RpcError.from(error));
      this.#answers.push({ id, answer });
      // Where nobody listens, the next call would fail at once.
      if (answer instanceof RpcError) await sleep(pauseMs);
    }
  }
}

/** What is wrong with the answers, if they are held against what has run. */
function judge(answers: readonly Answer[], ledger: string): string[] {
  const runs = ledger.split('\n');
  return answers.flatMap(({ id, answer }) => {
    const count = runs.filter((each) => each === id).length;
    const text = answer instanceof RpcError ? `${answer.reason} ${answer.message}` : answer;
    const said = `${id} ran ${count} times: ${text}`;
    if (count > 1) return [said];
    if (!(answer instanceof RpcError)) return answer === `${id}\n` && count === 1 ? [] : [said];
    const isHonest = honestCodes.includes(answer.code);
    const isNotStarted = answer.metadata['execution'] === 'NOT_STARTED';
    return isHonest && !(isNotStarted && count > 0) ? [] : [said];
  });
}

const honestCodes = [
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.CANCELLED,
  status.ABORTED,
];
