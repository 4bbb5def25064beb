import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Agent, openAgent } from '../../../../services/executor/agent/agent.js';
import { availabilityOf, type IntakeState } from '../../../../services/executor/availability.js';
import { freePorts } from '../../../support/ports.js';
import { silentLog } from '../../lib/loopback.js';
import { ManualClock } from '../../watchdog/manual-clock.js';

let agent: Agent;
let port: number;
let intake: IntakeState;
let clock: ManualClock;

beforeEach(async () => {
  [port] = (await freePorts(1)) as [number];
  intake = 'open';
  clock = new ManualClock();
  const availability = () =>
    availabilityOf({
      intake,
      slotsByMachine: [2],
      running: 0,
      waiting: 0,
      whyNoMachine: () => 'No machine is ready.',
    });
  const address = { kind: 'tcp', host: '127.0.0.1', port } as const;
  agent = await openAgent(address, { availability, clock, log: silentLog });
});

afterEach(() => agent.close());

async function ask(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

it('the agent answers each connection by one line, and closes', async () => {
  expect(await text(await ask())).toBe('up ready maxconn:2\n');
  intake = 'draining';
  expect(await text(await ask())).toBe('drain\n');
  intake = 'open';
  expect(await text(await ask())).toBe('up ready maxconn:2\n');
});

it('a balancer that asks has time to learn that the host is about to stop', async () => {
  await text(await ask());
  intake = 'announced';
  let isNoticed = false;
  const noticed = agent.noticed().then((isAsked) => {
    isNoticed = true;
    return isAsked;
  });
  expect(await text(await ask())).toBe('drain\n');
  expect(isNoticed).toBe(false);
  await clock.advance(1200);
  expect(await noticed).toBe(true);
});

it('a stop waits for no balancer where none asks', async () => {
  expect(await agent.noticed()).toBe(false);
});

it('a stop waits for no balancer that has not asked for long', async () => {
  await text(await ask());
  await clock.advance(10_000);
  expect(await agent.noticed()).toBe(false);
});
