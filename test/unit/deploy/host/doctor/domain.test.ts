import { describe, expect, it } from 'vitest';
import { judgeDomain, lookAtDomain } from '../../../../../deploy/host/doctor/domain.js';
import { type Virsh, VirshError } from '../../../../../deploy/host/libvirt/virsh.js';
import { capturedXml, runningDomain } from './captured.js';
import { exampleMachine } from './example-host.js';

describe('the check of the domain', () => {
  it('the check of the domain is content with one that runs', () => {
    const detail = 'pbot-vm is running at qemu:///system';
    expect(judgeDomain(exampleMachine(), runningDomain())).toEqual({ level: 'ok', detail });
  });

  it.each(['shut off', 'paused', 'crashed', 'other'] as const)(
    'the check of the domain warns of one that is %s',
    (state) => {
      expect(judgeDomain(exampleMachine(), runningDomain({ state })).level).toBe('warning');
    },
  );

  it('the check of the domain says how to make one that is missing, and which others there are', () => {
    const facts = { kind: 'missing', others: ['web', 'other-vm'], isInSystem: false } as const;
    expect(judgeDomain(exampleMachine(), facts)).toEqual({
      level: 'warning',
      detail: 'qemu:///system has no domain pbot-vm',
      fix: 'Make it with "pbot-vm up", or name one of these with PBOTVM_DOMAIN: web, other-vm.',
    });
  });

  it('the check of the domain points to the connection of the system where the domain is there', () => {
    const machine = exampleMachine({ PBOTVM_LIBVIRT_URI: 'qemu:///session' });
    expect(judgeDomain(machine, { kind: 'missing', others: [], isInSystem: true })).toMatchObject({
      fix: 'Set PBOTVM_LIBVIRT_URI=qemu:///system to use that one.',
    });
  });

  it('the check of the domain is skipped where libvirt does not answer', () => {
    expect(judgeDomain(exampleMachine(), { kind: 'unknown', reason: 'no answer' })).toEqual({
      level: 'skipped',
      detail: 'no answer',
      fix: 'Fix "libvirt and QEMU" first.',
    });
  });
});

describe('the look at the domain', () => {
  const reached = { kind: 'reached', output: '' } as const;

  it('the look at the domain gathers state, definitions and snapshots', async () => {
    const xml = capturedXml('virtio-domain');
    const virsh = fakeVirsh({
      list: 'pbot-vm\nother-vm\n\n',
      domstate: 'running\n\n',
      dumpxml: xml,
      'snapshot-list': '1\n2\n\n',
    });
    expect(await look(virsh)).toEqual({
      kind: 'found',
      state: 'running',
      xml,
      storedXml: xml,
      snapshotNames: ['1', '2'],
    });
  });

  it('the look at the domain finds out that it is missing', async () => {
    expect(await look(fakeVirsh({ list: 'other-vm\n\n' }))).toEqual({
      kind: 'missing',
      others: ['other-vm'],
      isInSystem: false,
    });
  });

  it('the look at the domain asks the system connection where a session has no such domain', async () => {
    const facts = await lookAtDomain({
      machine: exampleMachine({ PBOTVM_LIBVIRT_URI: 'qemu:///session' }),
      libvirt: reached,
      virsh: fakeVirsh({ list: '\n' }),
      systemVirsh: fakeVirsh({ list: 'pbot-vm\n\n' }),
    });
    expect(facts).toEqual({ kind: 'missing', others: [], isInSystem: true });
  });

  it('the look at the domain knows nothing where virsh fails half-way', async () => {
    expect(await look(fakeVirsh({ list: 'pbot-vm\n\n' }))).toMatchObject({ kind: 'unknown' });
  });

  it('the look at the domain asks nothing where libvirt does not answer', async () => {
    const error = new VirshError('version', {
      kind: 'VIRSH_MISSING',
      reason: 'there is no virsh on PATH',
    });
    const virsh = fakeVirsh({});
    const facts = await lookAtDomain({
      machine: exampleMachine(),
      libvirt: { kind: 'failed', error },
      virsh,
      systemVirsh: virsh,
    });
    expect(facts).toEqual({ kind: 'unknown', reason: 'libvirt does not answer' });
  });

  function look(virsh: Virsh) {
    return lookAtDomain({ machine: exampleMachine(), libvirt: reached, virsh, systemVirsh: virsh });
  }
});

function fakeVirsh(answers: Readonly<Record<string, string>>): Virsh {
  return (subcommand) => {
    const answer = answers[subcommand];
    if (answer !== undefined) return Promise.resolve(answer);
    return Promise.reject(
      new VirshError('version', { kind: 'OTHER', reason: `virsh ${subcommand} failed` }),
    );
  };
}
