import { describe, expect, it } from 'vitest';
import { CleanupStack } from '../../../../services/lib/process/cleanup.js';

describe('a clean-up', () => {
  it('a clean-up runs the last step first and waits for each', async () => {
    const cleanup = new CleanupStack();
    const done: string[] = [];
    cleanup.defer(() => done.push('first'));
    cleanup.defer(async () => {
      await Promise.resolve();
      done.push('second');
    });
    cleanup.defer(() => done.push('third'));
    await cleanup.run();
    expect(done).toEqual(['third', 'second', 'first']);
  });

  it('a clean-up runs every step, however many fail, and throws all failures', async () => {
    const cleanup = new CleanupStack();
    const done: string[] = [];
    cleanup.defer(() => done.push('first'));
    cleanup.defer(() => Promise.reject(new Error('second')));
    cleanup.defer(() => {
      throw new Error('third');
    });
    const error: unknown = await cleanup.run().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors.map(String)).toEqual(['Error: third', 'Error: second']);
    expect(done).toEqual(['first']);
  });

  it('a clean-up that is run twice runs each step once, and both callers wait for its end', async () => {
    const cleanup = new CleanupStack();
    let release: () => void = () => undefined;
    let runs = 0;
    cleanup.defer(() => {
      runs += 1;
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const ends: string[] = [];
    const both = [
      cleanup.run().then(() => ends.push('one')),
      cleanup.run().then(() => ends.push('two')),
    ];
    await Promise.resolve();
    expect(ends).toEqual([]);
    release();
    await Promise.all(both);
    expect(ends).toEqual(['one', 'two']);
    expect(runs).toBe(1);
  });

  it('a clean-up also runs a step that another step has deferred', async () => {
    const cleanup = new CleanupStack();
    const done: string[] = [];
    cleanup.defer(() => {
      done.push('outer');
      cleanup.defer(() => done.push('inner'));
    });
    await cleanup.run();
    expect(done).toEqual(['outer', 'inner']);
  });

  it('a clean-up without steps is no failure', async () => {
    await expect(new CleanupStack().run()).resolves.toBeUndefined();
  });
});
