import fc from 'fast-check';
import { expect, it } from 'vitest';
import { agentAnswer } from '../../../../services/executor/agent/answer.js';
import { availabilityOf } from '../../../../services/executor/availability.js';

const availability = fc
  .record({
    intake: fc.constantFrom('open', 'announced', 'draining', 'stopping'),
    slotsByMachine: fc.array(fc.nat(64)),
    running: fc.nat(),
    waiting: fc.nat(),
    whyNoMachine: fc.constant(() => 'No machine is ready.'),
  })
  .map((workload) => availabilityOf(workload));

it('a balancer learns how many executions run at once', () => {
  expect(agentAnswer({ state: 'available', slots: 6 })).toBe('up ready maxconn:6\n');
});

it('a balancer sends no new work to a host that takes none', () => {
  for (const state of ['no-machine', 'draining', 'stopping'] as const) {
    expect(agentAnswer({ state, slots: 6 })).toBe('drain\n');
  }
});

it('a balancer gets one line that it understands, whatever the host does', () => {
  fc.assert(
    fc.property(availability, (current) => {
      const answer = agentAnswer(current);
      expect(answer).toMatch(/^(up ready maxconn:[1-9]\d*|drain)\n$/);
      expect(answer.startsWith('up')).toBe(current.state === 'available');
    }),
  );
});
