import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Clients } from '../support/clients.js';
import { countRepeated, revertStorm } from '../support/revert-storm.js';

const environment = inject('machine');
const machine = environment['PBOTVM_DOMAIN'] as string;
const logPath = `${environment['PBOTVM_HOME']}/run/${machine}/vm-server.log`;

/** Of the client that passes its time limit. */
const reverts = 12;

let clients: Clients;

beforeAll(async () => {
  clients = new Clients(environment);
  await clients.ready();
});

afterAll(() => clients.close());

test('a client beside one that has the machine reverted all the time is never refused, nothing is lost, and nothing runs twice', async () => {
  const logStart = statSync(logPath).size;
  const report = await revertStorm(clients, machine, (soFar) => soFar.reverts >= reverts);
  expect(Object.fromEntries(report.failures)).toEqual({});
  expect(report.right).toBe(report.sent);
  expect(report.reverts).toBeGreaterThanOrEqual(reverts);
  expect(countRepeated(readFileSync(logPath).subarray(logStart).toString())).toBe(0);
});

test('a request that does not wait is refused while the machine is reverted, and one that does is answered', async () => {
  const { generation } = await clients.ready();
  const timeLimit = { seconds: 0n, nanos: 200_000_000 };
  await clients.execute({ code: 'sleep 60', timeLimit });
  const [refused, answered] = await Promise.allSettled([
    clients.execute({ code: 'echo x', maxWait: { seconds: 0n, nanos: 0 } }),
    clients.execute({ code: 'echo y' }),
  ]);
  expect(refused).toMatchObject({ reason: { reason: 'MACHINE_NOT_READY' } });
  expect(answered).toMatchObject({ value: { generation: generation + 1 } });
});
