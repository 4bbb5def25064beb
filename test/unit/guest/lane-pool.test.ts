import { describe, expect, it } from 'vitest';
import type { Lane, LaneSlot } from '../../../guest/server/lane.js';
import { LanePool } from '../../../guest/server/lane-pool.js';

/** What a pool sees of a lane. */
class FakeLane {
  isArmed = true;
  isClosed = false;
  isDissolved = false;

  constructor(readonly slot: FakeSlot) {}

  dissolve(): Promise<void> {
    this.isDissolved = true;
    return Promise.resolve();
  }

  close(): void {
    this.isClosed = true;
  }
}

class FakeSlot {
  readonly lanes: FakeLane[] = [];
  failure: Error | undefined;

  async arm(): Promise<FakeLane> {
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    const last = this.lanes.at(-1);
    if (last !== undefined && !last.isClosed) throw new Error('the last lane is still open');
    const lane = new FakeLane(this);
    this.lanes.push(lane);
    return lane;
  }
}

async function poolOf(count: number) {
  const slots = Array.from({ length: count }, () => new FakeSlot());
  const made: unknown = slots;
  return { pool: await LanePool.create(made as LaneSlot[]), slots };
}

function asFake(lane: Lane): FakeLane {
  const fake: unknown = lane;
  return fake as FakeLane;
}

describe('a pool of lanes', () => {
  it('has every slot armed before it is there', async () => {
    const { slots } = await poolOf(3);
    expect(slots.map(({ lanes }) => lanes.length)).toEqual([1, 1, 1]);
  });

  it('gives each lane to one program only', async () => {
    const { pool } = await poolOf(3);
    const taken = [await pool.take(), await pool.take(), await pool.take()];
    expect(new Set(taken).size).toBe(3);
  });

  it('closes a lane that comes back, and arms its slot anew', async () => {
    const { pool, slots } = await poolOf(1);
    const first = await pool.take();
    await pool.release(first);
    expect(asFake(first).isClosed).toBe(true);
    expect(slots[0]?.lanes).toHaveLength(2);
    const second = await pool.take();
    expect(second).not.toBe(first);
  });

  it('lets programs wait for the next lane, first come first served', async () => {
    const { pool } = await poolOf(1);
    const first = await pool.take();
    const order: string[] = [];
    const one = pool.take().then((lane) => {
      order.push('one');
      return lane;
    });
    const two = pool.take().then(() => order.push('two'));
    await pool.release(first);
    await pool.release(await one);
    await two;
    expect(order).toEqual(['one', 'two']);
  });

  it('replaces a lane that has died while it waited', async () => {
    const { pool, slots } = await poolOf(2);
    const [dead] = slots[0]?.lanes ?? [];
    if (dead !== undefined) dead.isArmed = false;
    const lane = await pool.take();
    expect(asFake(lane).isArmed).toBe(true);
    expect(dead).toMatchObject({ isDissolved: true, isClosed: true });
    expect(slots[0]?.lanes).toHaveLength(2);
    expect(asFake(await pool.take())).not.toBe(dead);
  });

  it('gives a lane that is armed though all had died', async () => {
    const { pool, slots } = await poolOf(3);
    for (const lane of slots.flatMap(({ lanes }) => lanes)) lane.isArmed = false;
    const taken = [await pool.take(), await pool.take(), await pool.take()];
    expect(taken.map((lane) => asFake(lane).isArmed)).toEqual([true, true, true]);
    expect(new Set(taken).size).toBe(3);
  });

  it('refuses a lane that was not taken from it, or was given back already', async () => {
    const { pool } = await poolOf(1);
    const lane = await pool.take();
    await pool.release(lane);
    await expect(pool.release(lane)).rejects.toThrow('not taken from this pool');
  });

  it('tells that a slot can not be armed any more', async () => {
    const { pool, slots } = await poolOf(1);
    const lane = await pool.take();
    for (const slot of slots) slot.failure = new Error('no more processes');
    await expect(pool.release(lane)).rejects.toThrow('no more processes');
  });
});
