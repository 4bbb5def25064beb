import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExecutorServiceService } from '../../../services/gen/pbot/vm/v1/executor.js';
import { SnapshotServiceService } from '../../../services/gen/pbot/vm/v1/snapshot.js';
import { WatchdogServiceService } from '../../../services/gen/pbot/vm/v1/watchdog.js';
import {
  attacks,
  openWithoutUse,
  resetAndClose,
  unfinishedLines,
} from '../../support/hostile-attacks.js';
import { callHeaders, frame, HostileClient, types } from '../../support/hostile-client.js';
import { sendLine } from '../../support/line-client.js';
import { outputOf, TestSystem } from '../../support/system.js';

const enhanceYourCalm = 11;

const maxConnections = 40;

const paths = {
  executor: ExecutorServiceService.listLanguages.path,
  watchdog: WatchdogServiceService.listMachines.path,
  snapshot: SnapshotServiceService.getDomain.path,
} as const;

const services = ['executor', 'watchdog', 'snapshot'] as const;

let system: TestSystem;
let port: number;

beforeAll(async () => {
  system = await TestSystem.create({
    PBOTVM_CONNECTIONS: String(maxConnections),
    PBOTVM_QUEUE: '8',
  });
  port = system.ports.executor;
  await system.startAll();
});

afterAll(() => system.stop());

/** Has normal clients, one of gRPC and one of lines, answered again and again until the attack is over, and once more. */
async function answeredBeside<T>(attack: Promise<T>): Promise<T> {
  let isOver = false;
  const watched = attack.finally(() => {
    isOver = true;
  });
  for (let round = 0, last = false; !last; round += 1) {
    last = isOver;
    expect(outputOf(await system.run(`echo ${round}`))).toBe(`${round}\n`);
    expect(await sendLine(port, `-lang=sh echo ${round}`)).toBe(`${round}\n`);
  }
  expect(system.machine.reverts).toBe(0);
  return await watched;
}

const endings = attacks.flatMap(({ name, answer, run }) =>
  answer === undefined ? [] : [{ name, answer, run }],
);

describe('a connection that does too much', () => {
  test.each(endings)(
    'a connection with $name is sent ENHANCE_YOUR_CALM, and others are served',
    async (attack) => {
      const run = async () => {
        const clients = await attack.run(port, { path: paths.executor });
        return await Promise.all(clients.map(({ ended }) => ended));
      };
      const ends = await answeredBeside(run());
      for (const end of ends) {
        expect(end?.code).toBe(enhanceYourCalm);
        expect(end?.text).toMatch(attack.answer);
      }
    },
  );

  test.each(services)('the %s service ends a connection that fills its memory', async (service) => {
    for (const { name, answer, run } of endings.slice(0, 2)) {
      const clients = await run(system.ports[service], { path: paths[service] });
      const ends = await Promise.all(clients.map(({ ended }) => ended));
      expect(ends, name).toEqual([
        { code: enhanceYourCalm, text: expect.stringMatching(answer) as unknown },
      ]);
    }
    expect(system.service(service).output()).toMatch(/a connection of gRPC was ended: too many/);
  });

  test('requests that never end, of many connections, have the largest ended', async () => {
    const [attack] = attacks.filter(({ answer }) => answer === undefined);
    const clients = await answeredBeside(
      attack?.run(port, { path: paths.executor }) ?? Promise.reject(new Error('no attack')),
    );
    const ended = clients.filter(({ isOpen }) => !isOpen);
    expect(ended.length).toBeGreaterThan(0);
    for (const client of clients) client.close();
    for (const { ended: end } of ended) {
      expect((await end)?.text).toBe('too many bytes of unfinished requests');
    }
  });
});

describe('a connection that is over', () => {
  test('connections that reset their streams and close leave room for others', async () => {
    const options = { connections: 3 * maxConnections, streams: 1001, path: paths.executor };
    await answeredBeside(resetAndClose(port, options));
  });

  test('a session that has met an error is closed, though its client stays', async () => {
    const client = await HostileClient.connect(port);
    // Data belongs to a stream.
    await client.send(frame(types.data, { streamId: 0, payload: Buffer.alloc(9) }));
    expect((await client.ended)?.code).toBeGreaterThan(0);
  });

  test('a client that closes in the middle of a call is gone, and so is its call', async () => {
    const client = await HostileClient.connect(port);
    await client.send(callHeaders(1, { path: paths.executor }));
    client.socket.end();
    await client.ended;
    expect(client.isOpen).toBe(false);
  });

  test('more connections than there may be, all without use, shut nobody out', async () => {
    const idle = await answeredBeside(openWithoutUse(port, 3 * maxConnections));
    expect(idle.filter(({ socket }) => !socket.destroyed).length).toBeLessThanOrEqual(
      maxConnections + 8,
    );
    for (const client of idle) client.socket.destroy();
  });
});

describe('lines without an end', () => {
  test('lines that hold more together than all may have the largest cut off, and others are served', async () => {
    const clients = await answeredBeside(
      unfinishedLines(port, { count: 12, bytes: 7 * 1024 * 1024 }),
    );
    const isCut = ({ socket }: (typeof clients)[number]) => socket.destroyed;
    await expect.poll(() => clients.filter(isCut).length).toBeGreaterThan(0);
    expect(outputOf(await system.run('echo after'))).toBe('after\n');
    for (const { socket } of clients) socket.destroy();
  });
});
