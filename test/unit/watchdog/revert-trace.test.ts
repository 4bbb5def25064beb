import { SpanStatusCode } from '@opentelemetry/api';
import { beforeEach, describe, expect, it } from 'vitest';
import { inSpan } from '../../../services/lib/telemetry/tracing.js';
import { type MachineEvent, newMachine } from '../../../services/watchdog/machine-state.js';
import { RevertTrace } from '../../../services/watchdog/revert-trace.js';
import { keepSpans } from '../lib/kept-spans.js';

const machine = newMachine({
  name: 'vm',
  domain: 'pbot-vm',
  heartbeatAddress: '127.0.0.1:5556',
  generation: 8,
  nowMs: 0,
});

const fault: MachineEvent = { kind: 'fault', reason: 'timed-out', detail: 'too slow' };

const spans = keepSpans();
let trace: RevertTrace;

beforeEach(() => {
  spans.reset();
  trace = new RevertTrace();
});

const follow = (...events: MachineEvent[]) => {
  for (const event of events) trace.follow(event, machine);
};

describe('a revert', () => {
  it('the span of a revert belongs to the trace of the report and ends with the first heartbeat', async () => {
    await inSpan('report', {}, () => Promise.resolve(follow(fault)));
    expect(spans.paths()).toEqual(['report']);
    await trace.within(() => inSpan('load', {}, () => Promise.resolve()));
    follow({ kind: 'reverted', detail: 'in place' }, { kind: 'heartbeat' });
    expect(spans.paths()).toEqual(['report', 'report > revert > load', 'report > revert']);
    const { attributes, events, status } = spans.one('revert');
    expect(attributes).toEqual({
      'pbotvm.machine': 'vm',
      'pbotvm.domain': 'pbot-vm',
      'pbotvm.generation': 8,
    });
    expect(events.map((event) => event.name)).toEqual(['fault', 'reverted']);
    expect(status.code).toBe(SpanStatusCode.UNSET);
  });

  it('a revert that takes several tries is one span', () => {
    const failed: MachineEvent = { kind: 'revert-failed', detail: 'no such snapshot' };
    follow(fault, failed, { kind: 'reverted', detail: 'by libvirt' }, fault);
    expect(spans.all()).toEqual([]);
    follow({ kind: 'reverted', detail: 'by libvirt' }, { kind: 'heartbeat' });
    expect(spans.one('revert').events).toHaveLength(5);
  });

  it('a revert that is given up ends its span with an error', () => {
    follow(fault, { kind: 'lost', detail: '5 reverts in a row failed.' });
    expect(spans.one('revert').status.code).toBe(SpanStatusCode.ERROR);
  });

  it('a machine that only beats, or goes OFFLINE by itself, has no span', () => {
    follow({ kind: 'domain-up', detail: '' }, { kind: 'heartbeat' }, { kind: 'lost', detail: '' });
    trace.within(() => undefined);
    expect(spans.all()).toEqual([]);
  });
});
