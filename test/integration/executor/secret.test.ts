import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createExecutor } from '../../../services/executor/create-executor.js';
import type { Machine } from '../../../services/executor/machine/machine.js';
import type { Address } from '../../../services/lib/config/address.js';
import { builtInLimits } from '../../../services/lib/config/limit-table.js';
import { systemClock } from '../../../services/lib/process/clock.js';
import { SocketHeartbeatChannel } from '../../../services/watchdog/heartbeat-channel.js';
import { startGuest, type TestGuest } from '../../support/guest.js';
import { freePorts } from '../../support/ports.js';
import { waitFor } from '../../support/wait.js';

const secret = Buffer.from('k'.repeat(40));
const other = Buffer.from('o'.repeat(40));
let directory: string;
let guarded: { guest: TestGuest; data: Address; heart: Address };
let open: { guest: TestGuest; data: Address; heart: Address };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-secret-'));
  const secretPath = join(directory, 'secret');
  await writeFile(secretPath, `${secret.toString()}\n`);
  guarded = await start({ secretPath });
  open = await start({});
});

afterAll(async () => {
  await guarded?.guest.stop();
  await open?.guest.stop();
  await rm(directory, { recursive: true, force: true });
});

async function start(options: { secretPath?: string }) {
  const [data, heart] = (await freePorts(2)) as [number, number];
  const guest = await startGuest({ data, heart }, options);
  const at = (port: number): Address => ({ kind: 'tcp', host: '127.0.0.1', port });
  return { guest, data: at(data), heart: at(heart) };
}

/** An Executor with this secret, and what it logs. */
function connect(dataAddress: Address, known: Uint8Array | undefined) {
  const lines: string[] = [];
  const executor = createExecutor({
    machines: [{ name: 'pbot-vm', dataAddress, secret: known }],
    isSingleUse: false,
    reportFault: () => Promise.resolve('ignored'),
    limits: { maxCodeBytes: 1024 * 1024, timeLimitMs: 10_000, maxWaitMs: 0, table: builtInLimits },
    maxWaiting: 4,
    maxUnreadMs: 60_000,
    log: pino({ level: 'warn' }, { write: (line) => lines.push(line) }),
  });
  const [machine] = executor.machines as [Machine];
  executor.applyWatchdogState('pbot-vm', { state: 'ready', generation: 1, isPristine: true });
  onTestFinished(() => executor.close());
  return { machine, lines };
}

describe('the data channel of a guest with a secret', () => {
  test('a host that knows the secret gets a session', async () => {
    const { machine, lines } = connect(guarded.data, secret);
    await waitFor('a session', () => machine.isConnected);
    expect(lines).toEqual([]);
  });

  test('a host with another secret, or with none, gets no session and logs why', async () => {
    for (const [known, reason] of [
      [other, 'it does not know the secret of the machine'],
      [undefined, 'it asks for a secret, and none is configured here'],
    ] as const) {
      const { machine, lines } = connect(guarded.data, known);
      await waitFor('a line of the log', () => lines.some((line) => line.includes(reason)));
      expect(machine.isConnected).toBe(false);
      machine.closeSession();
    }
  });

  test('a guest whose secret is another one from now on, as that of a clone, proves that one', async () => {
    const secretPath = join(directory, 'secret-that-changes');
    await writeFile(secretPath, secret);
    const { guest, data } = await start({ secretPath });
    onTestFinished(() => guest.stop());
    const before = connect(data, secret);
    await waitFor('a session', () => before.machine.isConnected);
    before.machine.closeSession();
    await writeFile(secretPath, other);
    const { machine } = connect(data, other);
    await waitFor('a session', () => machine.isConnected);
  });

  test('a guest without the secret that the host knows gets no work', async () => {
    const { machine, lines } = connect(open.data, secret);
    const reason = 'it does not know the secret of the machine';
    await waitFor('a line of the log', () => lines.some((line) => line.includes(reason)));
    expect(machine.isConnected).toBe(false);
  });
});

describe('the heartbeat of a guest with a secret', () => {
  function listen(address: Address, known: Uint8Array | undefined) {
    const seen = { connected: 0, beats: 0 };
    const channel = new SocketHeartbeatChannel({
      address,
      secret: known,
      clock: systemClock,
      listener: {
        onConnected: () => {
          seen.connected += 1;
        },
        onBeat: () => {
          seen.beats += 1;
        },
        onClosed: () => undefined,
      },
    });
    channel.open();
    onTestFinished(() => channel.close());
    return { channel, seen };
  }

  test('a guest that knows the secret beats when it is asked', async () => {
    const { channel, seen } = listen(guarded.heart, secret);
    await waitFor('a connection', () => seen.connected === 1);
    for (let beats = 1; beats <= 3; beats += 1) {
      await waitFor('a beat', () => {
        channel.probe();
        return seen.beats >= beats;
      });
    }
    channel.close();
  });

  test('newlines of a guest that does not know the secret are no beats', async () => {
    const { channel, seen } = listen(open.heart, secret);
    await waitFor('a connection', () => seen.connected === 1);
    const trusting = listen(guarded.heart, undefined);
    await waitFor('beats of another guest meanwhile', () => {
      channel.probe();
      trusting.channel.probe();
      return trusting.seen.beats >= 10;
    });
    expect(seen.beats).toBe(0);
  });
});
