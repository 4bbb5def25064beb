import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyedMutex } from '../../../services/snapshot/keyed-mutex.js';

const never = new AbortController().signal;

describe('turns', () => {
  it('run the tasks of a key one after the other, in the order they came', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }),
        async (scheduler, keys) => {
          const turns = new KeyedMutex();
          const running = new Set<string>();
          const begun: Record<string, number[]> = {};
          const tasks = keys.map((key, index) =>
            turns.take(key, never, async () => {
              expect(running.has(key)).toBe(false);
              running.add(key);
              begun[key] = [...(begun[key] ?? []), index];
              await scheduler.schedule(Promise.resolve());
              running.delete(key);
            }),
          );
          await scheduler.waitFor(Promise.all(tasks));
          for (const order of Object.values(begun)) {
            expect(order).toEqual([...order].sort((x, y) => x - y));
          }
          expect(Object.values(begun).flat()).toHaveLength(keys.length);
        },
      ),
    );
  });

  it('do not hold up the tasks of other keys', async () => {
    const turns = new KeyedMutex();
    const first = gate();
    const slow = turns.take('a', never, () => first.opened);

    await expect(turns.take('b', never, () => Promise.resolve('done'))).resolves.toBe('done');

    first.open();
    await slow;
  });

  it('pass on after a task that failed', async () => {
    const turns = new KeyedMutex();
    const failing = turns.take('a', never, () => Promise.reject(new Error('broken')));
    const next = turns.take('a', never, () => Promise.resolve('done'));

    await expect(failing).rejects.toThrow('broken');
    await expect(next).resolves.toBe('done');
  });

  it('are lost by a waiter that gives up, without disturbing those behind it', async () => {
    const turns = new KeyedMutex();
    const first = gate();
    const controller = new AbortController();
    const begun: string[] = [];
    const running = turns.take('a', never, () => first.opened);
    const leaver = turns.take('a', controller.signal, async () => begun.push('leaver'));
    const patient = turns.take('a', never, async () => begun.push('patient'));

    controller.abort(new Error('gone'));
    await expect(leaver).rejects.toThrow('gone');
    first.open();
    await Promise.all([running, patient]);

    expect(begun).toEqual(['patient']);
  });

  it('are not given to one that had given up before it came', async () => {
    const turns = new KeyedMutex();
    const first = gate();
    const running = turns.take('a', never, () => first.opened);
    const gone = AbortSignal.abort(new Error('gone'));

    await expect(turns.take('a', gone, () => Promise.resolve())).rejects.toThrow('gone');
    await expect(turns.take('b', gone, () => Promise.resolve())).rejects.toThrow('gone');

    first.open();
    await running;
    await expect(turns.take('b', never, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('let a task that has begun go on to its end', async () => {
    const turns = new KeyedMutex();
    const first = gate();
    const controller = new AbortController();
    const running = turns.take('a', controller.signal, async () => {
      await first.opened;
      return 'done';
    });

    await Promise.resolve();
    await Promise.resolve();
    controller.abort(new Error('gone'));
    first.open();

    await expect(running).resolves.toBe('done');
  });
});

function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
