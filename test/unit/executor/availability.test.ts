import { describe, expect, it } from 'vitest';
import { afterRequest, availabilityOf } from '../../../services/executor/availability.js';

const workload = {
  intake: 'open',
  slotsByMachine: [2, 0, 3],
  running: 1,
  waiting: 4,
  whyNoMachine: () => 'No machine is ready: pbot-vm is reverting.',
} as const;

describe('what the Executor says of its work', () => {
  it('an Executor is available with the slots of all machines that serve', () => {
    expect(availabilityOf(workload)).toEqual({
      state: 'available',
      slots: 5,
      running: 1,
      waiting: 4,
      detail: 'ready',
    });
  });

  it('an Executor without a machine that serves says why', () => {
    expect(availabilityOf({ ...workload, slotsByMachine: [0, 0] })).toMatchObject({
      state: 'no-machine',
      slots: 0,
      detail: 'No machine is ready: pbot-vm is reverting.',
    });
  });

  it('an Executor that is drained or stops says so whatever its machines do', () => {
    expect(availabilityOf({ ...workload, intake: 'announced' }).state).toBe('draining');
    expect(availabilityOf({ ...workload, intake: 'draining' }).state).toBe('draining');
    expect(availabilityOf({ ...workload, intake: 'draining', slotsByMachine: [] }).state).toBe(
      'draining',
    );
    expect(availabilityOf({ ...workload, intake: 'stopping' }).state).toBe('stopping');
  });
});

describe('what is decided about new requests', () => {
  it('a drain lasts until it is resumed', () => {
    expect(afterRequest('open', 'drain')).toBe('draining');
    expect(afterRequest('draining', 'drain')).toBe('draining');
    expect(afterRequest('draining', 'resume')).toBe('open');
  });

  it('an announcement lasts until it is followed by a drain, a stop, or work again', () => {
    expect(afterRequest('open', 'announce')).toBe('announced');
    expect(afterRequest('announced', 'drain')).toBe('draining');
    expect(afterRequest('announced', 'resume')).toBe('open');
    expect(afterRequest('announced', 'stop')).toBe('stopping');
    expect(afterRequest('draining', 'announce')).toBe('draining');
  });

  it('a stop is final', () => {
    expect(afterRequest('stopping', 'announce')).toBe('stopping');
    expect(afterRequest('draining', 'stop')).toBe('stopping');
    expect(afterRequest('stopping', 'resume')).toBe('stopping');
    expect(afterRequest('stopping', 'drain')).toBe('stopping');
  });
});
