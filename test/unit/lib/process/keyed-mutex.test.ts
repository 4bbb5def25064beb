// One task at a time for each key.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyedMutex } from '../../../../services/lib/process/keyed-mutex.js';

const never = new AbortController().signal;

describe('a mutex for each key', () => {
  it('the tasks of one key run one after the other, in the order in which they came', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }),
        async (scheduler, keys) => {
          const mutex = new KeyedMutex();
          const running = new Set<string>();
          const begun: Record<string, number[]> = {};
          const tasks = keys.map((key, index) =>
            mutex.run(key, never, async () => {
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

  it('a task does not delay the tasks of other keys', async () => {
    const mutex = new KeyedMutex();
    const first = gate();
    const slow = mutex.run('a', never, () => first.opened);

    await expect(mutex.run('b', never, () => Promise.resolve('done'))).resolves.toBe('done');

    first.open();
    await slow;
  });

  it('the next task runs after one that has failed', async () => {
    const mutex = new KeyedMutex();
    const failing = mutex.run('a', never, () => Promise.reject(new Error('broken')));
    const next = mutex.run('a', never, () => Promise.resolve('done'));

    await expect(failing).rejects.toThrow('broken');
    await expect(next).resolves.toBe('done');
  });

  it('a task whose signal is aborted leaves the queue, and those after it run', async () => {
    const mutex = new KeyedMutex();
    const first = gate();
    const controller = new AbortController();
    const begun: string[] = [];
    const running = mutex.run('a', never, () => first.opened);
    const leaver = mutex.run('a', controller.signal, async () => begun.push('leaver'));
    const patient = mutex.run('a', never, async () => begun.push('patient'));

    controller.abort(new Error('gone'));
    await expect(leaver).rejects.toThrow('gone');
    first.open();
    await Promise.all([running, patient]);

    expect(begun).toEqual(['patient']);
  });

  it('a task whose signal was aborted before it came never runs', async () => {
    const mutex = new KeyedMutex();
    const first = gate();
    const running = mutex.run('a', never, () => first.opened);
    const gone = AbortSignal.abort(new Error('gone'));

    await expect(mutex.run('a', gone, () => Promise.resolve())).rejects.toThrow('gone');
    await expect(mutex.run('b', gone, () => Promise.resolve())).rejects.toThrow('gone');

    first.open();
    await running;
    await expect(mutex.run('b', never, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('a task that has begun is not stopped by its signal', async () => {
    const mutex = new KeyedMutex();
    const first = gate();
    const controller = new AbortController();
    const running = mutex.run('a', controller.signal, async () => {
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
