import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import {
  applyEvent,
  type MachineEvent,
  newMachine,
} from '../../../services/watchdog/machine-state.js';
import { Registry } from '../../../services/watchdog/registry.js';
import { settle } from './manual-clock.js';

describe('a watch', () => {
  it('a watch yields all machines first, then those that changed', async () => {
    const { registry, watch } = watched('a', 'b');
    expect(await watch.next()).toMatchObject({ value: [{ name: 'a' }, { name: 'b' }] });
    apply(registry, 'b', { kind: 'heartbeat' });
    expect(await watch.next()).toMatchObject({ value: [{ name: 'b', state: 'ready' }] });
  });

  it('a watch yields the latest state of each machine once to a slow reader', async () => {
    const { registry, watch } = watched('a', 'b');
    await watch.next();
    for (let round = 0; round < 1_000; round += 1) {
      apply(registry, 'a', { kind: 'fault', reason: 'timed-out', detail: 'slow' });
      apply(registry, 'a', { kind: 'reverted', detail: 'in place' });
      apply(registry, 'a', { kind: 'heartbeat' });
    }
    apply(registry, 'b', { kind: 'lost', detail: 'gone' });
    expect(await watch.next()).toMatchObject({
      value: [
        { name: 'a', state: 'ready', generation: 1_001, revertCount: 1_000 },
        { name: 'b', state: 'offline' },
      ],
    });
  });

  it('a watch yields nothing for a machine that only beats', async () => {
    const { registry, watch } = watched('a');
    apply(registry, 'a', { kind: 'heartbeat' });
    await watch.next();
    let isNews = false;
    const next = watch.next().then((result) => {
      isNews = true;
      return result;
    });
    apply(registry, 'a', { kind: 'heartbeat' });
    await settle();
    expect(isNews).toBe(false);
    registry.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('a watch ends when its reader goes away', async () => {
    const { stop, watch } = watched('a');
    await watch.next();
    const next = watch.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

function watched(...names: string[]) {
  const machines = names.map((name) =>
    newMachine({ name, domain: name, heartbeatAddress: 'unix:/x', generation: 1, nowMs: 0 }),
  );
  const registry = new Registry({ machines, log: pino({ level: 'silent' }) });
  const stop = new AbortController();
  return { registry, stop, watch: registry.watch(stop.signal) };
}

function apply(registry: Registry, name: string, event: MachineEvent): void {
  registry.publish(event, applyEvent(registry.get(name), event, 0));
}
