import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Executor } from '../../../services/executor/executor.js';
import { watchAvailability } from '../../../services/executor/watch-availability.js';
import { guestExecutor } from './guest-executor.js';
import { ready, TcpGuest } from './tcp-guest.js';

let guest: TcpGuest;
let executor: Executor;

beforeEach(async () => {
  guest = await TcpGuest.listen();
  executor = guestExecutor([{ name: 'pbot-vm', dataAddress: guest.address }]);
});

afterEach(async () => {
  executor.close();
  await guest.close();
});

it('whoever follows the availability learns of each change, and of nothing else', async () => {
  const seen: string[] = [];
  const isAvailable = new Promise<void>((resolve) => {
    watchAvailability(executor, ({ state, slots }) => {
      seen.push(`${state} ${slots}`);
      if (state === 'available') resolve();
    });
  });
  executor.applyWatchdogState('pbot-vm', { state: 'ready', generation: 1, isPristine: true });
  const connection = await guest.accept();
  await connection.next();
  connection.say(ready());
  await isAvailable;
  const { slots } = executor.availability;
  executor.intake.drain();
  executor.intake.resume();
  executor.applyWatchdogState('pbot-vm', { state: 'reverting', generation: 2, isPristine: true });
  expect(seen).toEqual([
    'no-machine 0',
    `available ${slots}`,
    `draining ${slots}`,
    `available ${slots}`,
    'no-machine 0',
  ]);
  expect(executor.availability.detail).toBe('No machine is ready: pbot-vm is reverting.');
});
