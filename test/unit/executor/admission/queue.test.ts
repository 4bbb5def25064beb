import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Admission,
  AdmissionQueue,
  type Outlook,
} from '../../../../services/executor/admission/queue.js';
import { ManualClock } from '../../watchdog/manual-clock.js';

class TestMachine {
  occupied = 0;
  outlook: Outlook = 'serving';

  constructor(
    readonly name: string,
    readonly places: number,
  ) {}

  get freeSlots(): number {
    return this.outlook === 'serving' ? this.places - this.occupied : 0;
  }

  occupy(): void {
    this.occupied += 1;
  }
}

let clock: ManualClock;

beforeEach(() => {
  clock = new ManualClock();
});

function queueOf(machines: readonly TestMachine[], maxWaiting: number) {
  return new AdmissionQueue({ slots: machines, maxWaiting, clock });
}

const anywhere = () => true;

/** Of whoever stays, whatever comes. */
const forever = {
  suits: anywhere,
  client: 'one',
  signal: new AbortController().signal,
  maxReturnMs: 5000,
};

/** Lets every promise that can be settled be settled. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

type Step =
  | { readonly kind: 'enter' }
  | { readonly kind: 'leave'; readonly index: number }
  | { readonly kind: 'abort'; readonly index: number }
  | { readonly kind: 'serve'; readonly index: number; readonly outlook: Outlook };

const index = fc.nat(50);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('enter' as const) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('leave' as const), index }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('abort' as const), index }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('serve' as const),
        index,
        outlook: fc.constantFrom('serving', 'returning', 'gone'),
      }),
    },
  ),
  { maxLength: 40 },
);

interface Visitor {
  readonly leaving: AbortController;
  readonly admissions: Admission<TestMachine>[];
}

/** What of the visitors is so, at any time. */
function checkVisitors(
  queue: AdmissionQueue<TestMachine>,
  visitors: readonly Visitor[],
  maxWaiting: number,
): void {
  const waiting = visitors.filter(({ admissions }) => admissions.length === 0);
  expect(queue.waiting).toBe(waiting.length);
  expect(waiting.length).toBeLessThanOrEqual(maxWaiting);
  for (const { admissions } of visitors) expect(admissions.length).toBeLessThanOrEqual(1);
}

describe('the invariants of a queue', () => {
  it('a queue, whoever comes and goes, admits no more than there are slots, first come first served, and settles everyone once', async () => {
    const capacities = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(capacities, fc.nat(4), steps, async (places, maxWaiting, sequence) => {
        const machines = places.map((each, i) => new TestMachine(String(i), each));
        const queue = queueOf(machines, maxWaiting);
        const visitors: Visitor[] = [];
        const admittedOrder: number[] = [];
        const inside: TestMachine[] = [];

        const enter = () => {
          const visitor: Visitor = { leaving: new AbortController(), admissions: [] };
          const number = visitors.push(visitor);
          void queue.enter({ ...forever, signal: visitor.leaving.signal }).then((admission) => {
            visitor.admissions.push(admission);
            if (admission.kind === 'refused') return;
            admittedOrder.push(number);
            inside.push(admission.slots);
          });
        };
        const leave = (at: number) => {
          const [machine] = inside.splice(at % Math.max(1, inside.length), 1);
          if (machine !== undefined) machine.occupied -= 1;
        };

        for (const step of sequence) {
          if (step.kind === 'enter') enter();
          if (step.kind === 'leave') leave(step.index);
          if (step.kind === 'abort') visitors[step.index % visitors.length]?.leaving.abort();
          if (step.kind === 'serve') {
            const machine = machines[step.index % machines.length];
            if (machine !== undefined) machine.outlook = step.outlook;
          }
          queue.update();
          await settled();
          for (const { occupied, places: most } of machines) {
            expect(occupied).toBeLessThanOrEqual(most);
          }
          const free = machines.reduce((sum, machine) => sum + machine.freeSlots, 0);
          expect(free > 0 && queue.waiting > 0).toBe(false);
          expect(admittedOrder).toEqual([...admittedOrder].sort((a, b) => a - b));
          checkVisitors(queue, visitors, maxWaiting);
        }

        for (const machine of machines) machine.outlook = 'gone';
        queue.update();
        await settled();
        for (const { admissions } of visitors) expect(admissions).toHaveLength(1);
        expect(inside).toHaveLength(machines.reduce((sum, each) => sum + each.occupied, 0));
      }),
    );
  });
});

describe('a queue', () => {
  it('a queue admits at once where a slot is free, to the machine with the most room', async () => {
    const [small, large] = [new TestMachine('small', 1), new TestMachine('large', 2)];
    const queue = queueOf([small, large], 0);
    const names: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      const admission = await queue.enter(forever);
      if (admission.kind === 'admitted') names.push(admission.slots.name);
    }
    expect(names).toEqual(['large', 'small', 'large']);
    expect(small.occupied + large.occupied).toBe(3);
  });

  it('a queue refuses where waiting is no use, and whoever waits when it has become so', async () => {
    const machine = new TestMachine('only', 1);
    const queue = queueOf([machine], 5);
    await queue.enter(forever);
    const waits = queue.enter(forever);
    machine.outlook = 'gone';
    queue.update();
    const refused = { kind: 'refused', reason: 'no slot' };
    await expect(waits).resolves.toEqual(refused);
    await expect(queue.enter(forever)).resolves.toEqual(refused);
  });

  it('a queue refuses whoever would make it longer than its limit', async () => {
    const queue = queueOf([new TestMachine('only', 1)], 1);
    await queue.enter(forever);
    void queue.enter(forever);
    await expect(queue.enter(forever)).resolves.toEqual({ kind: 'refused', reason: 'queue full' });
    expect(queue.waiting).toBe(1);
  });

  it('a queue may have no room to wait at all', async () => {
    const queue = queueOf([new TestMachine('only', 1)], 0);
    await queue.enter(forever);
    await expect(queue.enter(forever)).resolves.toEqual({ kind: 'refused', reason: 'queue full' });
  });

  it('a queue lets nobody overtake those who wait', async () => {
    const machine = new TestMachine('only', 1);
    const queue = queueOf([machine], 5);
    await queue.enter(forever);
    const order: string[] = [];
    const first = queue.enter(forever).then(() => order.push('first'));
    machine.occupied = 0;
    const second = queue.enter(forever).then(() => order.push('second'));
    queue.update();
    await first;
    expect(queue.waiting).toBe(1);
    machine.occupied = 0;
    queue.update();
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('a queue lets whoever goes away leave, and the next one move up', async () => {
    const machine = new TestMachine('only', 1);
    const queue = queueOf([machine], 5);
    await queue.enter(forever);
    const leaving = new AbortController();
    const left = queue.enter({ ...forever, signal: leaving.signal });
    const stays = queue.enter(forever);
    leaving.abort();
    await expect(left).resolves.toEqual({ kind: 'refused', reason: 'withdrawn' });
    expect(queue.waiting).toBe(1);
    machine.occupied = 0;
    queue.update();
    await expect(stays).resolves.toEqual({ kind: 'admitted', slots: machine });
  });

  it('a queue does not let anybody wait who had gone away before', async () => {
    const queue = queueOf([new TestMachine('only', 1)], 5);
    await queue.enter(forever);
    await expect(queue.enter({ ...forever, signal: AbortSignal.abort() })).resolves.toEqual({
      kind: 'refused',
      reason: 'withdrawn',
    });
    expect(queue.waiting).toBe(0);
  });

  it('a queue takes no notice of a client that goes away after its admission', async () => {
    const machine = new TestMachine('only', 1);
    const queue = queueOf([machine], 5);
    await queue.enter(forever);
    const leaving = new AbortController();
    const admission = queue.enter({ ...forever, signal: leaving.signal });
    const waits = queue.enter(forever);
    machine.occupied = 0;
    queue.update();
    await expect(admission).resolves.toMatchObject({ kind: 'admitted' });
    leaving.abort();
    expect(queue.waiting).toBe(1);
    machine.outlook = 'gone';
    queue.update();
    await expect(waits).resolves.toEqual({ kind: 'refused', reason: 'no slot' });
  });

  it('a queue spreads work over machines with as much room', async () => {
    const machines = ['a', 'b', 'c'].map((name) => new TestMachine(name, 1));
    const queue = queueOf(machines, 0);
    const names: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      const admission = await queue.enter(forever);
      if (admission.kind === 'refused') continue;
      names.push(admission.slots.name);
      admission.slots.occupied = 0;
    }
    expect(names).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('a queue gives nobody a machine that does not suit', async () => {
    const [taken, free] = [new TestMachine('taken', 1), new TestMachine('free', 1)];
    taken.occupied = 1;
    const queue = queueOf([taken, free], 5);
    const onlyTaken = { ...forever, suits: (machine: TestMachine) => machine === taken };
    const waits = queue.enter(onlyTaken);
    await expect(queue.enter(forever)).resolves.toEqual({ kind: 'admitted', slots: free });
    expect(queue.waiting).toBe(1);
    taken.occupied = 0;
    queue.update();
    await expect(waits).resolves.toEqual({ kind: 'admitted', slots: taken });
    taken.outlook = 'gone';
    await expect(queue.enter(onlyTaken)).resolves.toEqual({
      kind: 'refused',
      reason: 'no slot',
    });
  });

  it('a queue lets clients take turns, however many executions one of them has sent before', async () => {
    const machine = new TestMachine('only', 1);
    const queue = queueOf([machine], 20);
    await queue.enter(forever);
    const order: string[] = [];
    const enter = (client: string, name: string) =>
      queue.enter({ ...forever, client }).then(() => order.push(name));
    const all = [
      ...['f1', 'f2', 'f3', 'f4'].map((name) => enter('flood', name)),
      ...['a1', 'a2'].map((name) => enter('a', name)),
      enter('b', 'b1'),
    ];
    for (let i = 0; i < all.length; i += 1) {
      machine.occupied = 0;
      queue.update();
      await settled();
    }
    await Promise.all(all);
    expect(order).toEqual(['f1', 'a1', 'b1', 'f2', 'a2', 'f3', 'f4']);
  });

  it('a queue gives a free slot to the waiting client that has fewest, whoever came first', async () => {
    const machine = new TestMachine('only', 3);
    const queue = queueOf([machine], 20);
    for (let i = 0; i < 3; i += 1) await queue.enter({ ...forever, client: 'many' });
    const order: string[] = [];
    const all = ['many', 'few', 'few'].map((client) =>
      queue.enter({ ...forever, client }).then(() => order.push(client)),
    );
    expect(queue.isWantedByOthers(machine, 'many')).toBe(true);
    const leave = async (client: string) => {
      queue.leave(client);
      machine.occupied -= 1;
      queue.update();
      await settled();
    };
    await leave('many');
    await leave('many');
    expect(order).toEqual(['few', 'many']);
    expect(queue.isWantedByOthers(machine, 'few')).toBe(false);
    await leave('many');
    await Promise.all(all);
    expect(order).toEqual(['few', 'many', 'few']);
  });
});

describe('a queue while machines start or are reverted', () => {
  const tooLong = { kind: 'refused', reason: 'waited long' };

  it('a queue lets a request wait for a machine that returns, and admits it then', async () => {
    const machine = new TestMachine('only', 1);
    machine.outlook = 'returning';
    const queue = queueOf([machine], 5);
    const waits = queue.enter(forever);
    await clock.advance(4999);
    machine.outlook = 'serving';
    queue.update();
    await expect(waits).resolves.toEqual({ kind: 'admitted', slots: machine });
    expect(clock.pending).toBe(0);
  });

  it('a queue keeps those who waited when the revert began, with their turns', async () => {
    const machine = new TestMachine('only', 1);
    const queue = queueOf([machine], 5);
    await queue.enter(forever);
    const order: string[] = [];
    const all = ['first', 'second'].map((name) =>
      queue.enter(forever).then(() => order.push(name)),
    );
    machine.outlook = 'returning';
    queue.update();
    await clock.advance(1000);
    machine.outlook = 'serving';
    for (const _ of all) {
      machine.occupied = 0;
      queue.update();
      await settled();
    }
    expect(order).toEqual(['first', 'second']);
  });

  it('a queue refuses a request whose wait for a machine was over its limit', async () => {
    const machine = new TestMachine('only', 1);
    machine.outlook = 'returning';
    const queue = queueOf([machine], 5);
    const waits = queue.enter({ ...forever, maxReturnMs: 700 });
    await clock.advance(699);
    expect(queue.waiting).toBe(1);
    await clock.advance(1);
    await expect(waits).resolves.toEqual(tooLong);
    await expect(queue.enter({ ...forever, maxReturnMs: 0 })).resolves.toEqual(tooLong);
  });

  it('a queue counts only the time without a machine that serves', async () => {
    const [one, two] = [new TestMachine('one', 1), new TestMachine('two', 1)];
    const queue = queueOf([one, two], 5);
    one.occupied = 1;
    two.occupied = 1;
    const waits = queue.enter(forever);
    one.outlook = 'returning';
    queue.update();
    await clock.advance(60_000);
    expect(queue.waiting).toBe(1);
    two.outlook = 'returning';
    queue.update();
    await clock.advance(3000);
    two.outlook = 'serving';
    queue.update();
    two.outlook = 'returning';
    queue.update();
    await clock.advance(4999);
    expect(queue.waiting).toBe(1);
    await clock.advance(1);
    await expect(waits).resolves.toEqual(tooLong);
  });

  it('a queue refuses those who wait for a revert as soon as it has failed for good', async () => {
    const machine = new TestMachine('only', 1);
    machine.outlook = 'returning';
    const queue = queueOf([machine], 5);
    const waits = queue.enter(forever);
    machine.outlook = 'gone';
    queue.update();
    await expect(waits).resolves.toEqual({ kind: 'refused', reason: 'no slot' });
    expect(clock.pending).toBe(0);
  });
});
