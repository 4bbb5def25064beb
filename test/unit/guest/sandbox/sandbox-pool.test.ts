import { describe, expect, it } from 'vitest';
import type { Sandbox, SandboxSlot } from '../../../../guest/server/sandbox/sandbox.js';
import { SandboxPool } from '../../../../guest/server/sandbox/sandbox-pool.js';

/** What a pool sees of a sandbox. */
class FakeSandbox {
  isOver = false;
}

class FakeSlot {
  readonly sandboxes: FakeSandbox[] = [];
  failure: Error | undefined;

  async open(): Promise<FakeSandbox> {
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    if (this.sandboxes.at(-1)?.isOver === false) throw new Error('the last one is still open');
    const sandbox = new FakeSandbox();
    this.sandboxes.push(sandbox);
    return sandbox;
  }

  async replace(sandbox: FakeSandbox): Promise<FakeSandbox> {
    sandbox.isOver = true;
    return await this.open();
  }
}

async function poolOf(count: number) {
  const slots = Array.from({ length: count }, () => new FakeSlot());
  const made: unknown = slots;
  return { pool: await SandboxPool.create(made as SandboxSlot[]), slots };
}

function asFake(sandbox: Sandbox): FakeSandbox {
  const fake: unknown = sandbox;
  return fake as FakeSandbox;
}

describe('a pool of sandboxes', () => {
  it('a new pool has one sandbox in every slot', async () => {
    const { slots } = await poolOf(3);
    expect(slots.map(({ sandboxes }) => sandboxes.length)).toEqual([1, 1, 1]);
  });

  it('a pool gives each sandbox to one execution only', async () => {
    const { pool } = await poolOf(3);
    const taken = [await pool.take(), await pool.take(), await pool.take()];
    expect(new Set(taken).size).toBe(3);
  });

  it('a pool replaces a sandbox that comes back by another in its slot', async () => {
    const { pool, slots } = await poolOf(1);
    const first = await pool.take();
    await pool.release(first);
    expect(asFake(first).isOver).toBe(true);
    expect(slots[0]?.sandboxes).toHaveLength(2);
    const second = await pool.take();
    expect(second).not.toBe(first);
  });

  it('executions wait for the next sandbox in the order in which they came', async () => {
    const { pool } = await poolOf(1);
    const first = await pool.take();
    const order: string[] = [];
    const one = pool.take().then((sandbox) => {
      order.push('one');
      return sandbox;
    });
    const two = pool.take().then(() => order.push('two'));
    await pool.release(first);
    await pool.release(await one);
    await two;
    expect(order).toEqual(['one', 'two']);
  });

  it('a pool refuses a sandbox that was released already', async () => {
    const { pool } = await poolOf(1);
    const sandbox = await pool.take();
    await pool.release(sandbox);
    await expect(pool.release(sandbox)).rejects.toThrow('not taken from this pool');
  });

  it('the release of a sandbox fails when its slot makes no other', async () => {
    const { pool, slots } = await poolOf(1);
    const sandbox = await pool.take();
    for (const slot of slots) slot.failure = new Error('no more processes');
    await expect(pool.release(sandbox)).rejects.toThrow('no more processes');
  });
});
