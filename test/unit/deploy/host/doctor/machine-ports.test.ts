import { describe, expect, it } from 'vitest';
import type { DomainFacts } from '../../../../../deploy/host/doctor/domain.js';
import { judgeMachinePorts } from '../../../../../deploy/host/doctor/machine-ports.js';
import { runningDomain } from './captured.js';
import { exampleMachine } from './example-host.js';

const missing: DomainFacts = { kind: 'missing', others: [], isInSystem: false };

describe('the check of the ports of the machine', () => {
  it('the check of the ports of the machine wants them open while the domain runs', () => {
    expect(judge(runningDomain(), [5555, 5556])).toEqual({
      level: 'ok',
      detail: '127.0.0.1:5555 and 127.0.0.1:5556 are open',
    });
    expect(judge(runningDomain(), [5555])).toMatchObject({
      level: 'failed',
      detail:
        'nobody listens at PBOTVM_HEART 127.0.0.1:5556, although the domain pbot-vm is running',
    });
  });

  it('the check of the ports of the machine wants them open while the domain is paused, because its QEMU lives', () => {
    expect(judge(runningDomain({ state: 'paused' }), [5555, 5556]).level).toBe('ok');
  });

  it('the check of the ports of the machine wants them free while the domain is off', () => {
    expect(judge(runningDomain({ state: 'shut off' }), []).level).toBe('ok');
    expect(judge(runningDomain({ state: 'shut off' }), [5555])).toMatchObject({
      level: 'failed',
      detail: 'another program has taken PBOTVM_SERIAL 127.0.0.1:5555',
    });
  });

  it('the check of the ports of the machine wants them free before there is a domain', () => {
    expect(judge(missing, []).level).toBe('ok');
    expect(judge(missing, [5555, 5556])).toMatchObject({
      fix: expect.stringContaining('PBOTVM_SERIAL and PBOTVM_HEART'),
    });
  });

  it('the check of the ports of the machine is skipped while nobody knows about the domain', () => {
    const unknown: DomainFacts = { kind: 'unknown', reason: 'libvirt does not answer' };
    expect(judge(unknown, [])).toMatchObject({
      level: 'skipped',
      detail: 'libvirt does not answer',
    });
  });
});

function judge(domain: DomainFacts, openPorts: readonly number[]) {
  const tcp = openPorts.map((port) => ({ host: '127.0.0.1', port }));
  return judgeMachinePorts(exampleMachine(), domain, { tcp, unixPaths: [] });
}
