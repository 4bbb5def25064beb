import { beforeEach, expect, it } from 'vitest';
import { Intake } from '../../../../services/executor/intake.js';
import { Drain } from '../../../../services/executor/operator/drain.js';
import { ManualClock } from '../../watchdog/manual-clock.js';

let intake: Intake;
let clock: ManualClock;

beforeEach(() => {
  intake = new Intake();
  clock = new ManualClock();
});

function drainWith(options: { noticeMs?: number; isAsked?: boolean } = {}): Drain {
  const { noticeMs = 0, isAsked = false } = options;
  return new Drain({ intake, noticeMs, agentNoticed: () => Promise.resolve(isAsked), clock });
}

it('a drain takes requests until load balancers have had time to learn of it', async () => {
  const drained = drainWith({ noticeMs: 2000 }).drain();
  expect(intake.state).toBe('announced');
  intake.requireOpen();
  await clock.advance(2000);
  await drained;
  expect(intake.state).toBe('draining');
  expect(() => intake.requireOpen()).toThrow(/is drained/);
});

it('a drain without load balancers refuses requests at once', async () => {
  await drainWith().drain();
  expect(intake.state).toBe('draining');
});

it('a drain that is resumed meanwhile refuses nothing', async () => {
  const drain = drainWith({ noticeMs: 2000 });
  const drained = drain.drain();
  drain.resume();
  await clock.advance(2000);
  await drained;
  expect(intake.state).toBe('open');
});

it('a stop says whether another host may take the work: where a balancer asks, or has to be waited for', async () => {
  expect(await drainWith().announce()).toBe(false);
  expect(await drainWith({ isAsked: true }).announce()).toBe(true);
  const announced = drainWith({ noticeMs: 1 }).announce();
  await clock.advance(1);
  expect(await announced).toBe(true);
});

it('a stop of a drained Executor has nothing to announce', async () => {
  intake.drain();
  expect(await drainWith({ noticeMs: 30_000 }).announce()).toBe(true);
  expect(intake.state).toBe('draining');
});
