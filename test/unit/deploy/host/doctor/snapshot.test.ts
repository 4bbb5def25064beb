import { describe, expect, it } from 'vitest';
import { judgeSnapshot, snapshotCheck } from '../../../../../deploy/host/doctor/snapshot.js';
import { runningDomain } from './captured.js';
import { exampleMachine } from './example-host.js';

const xml = `<domainsnapshot>
  <name>1</name>
  <state>running</state>
  <creationTime>1795342275</creationTime>
  <memory snapshot='internal'/>
  <disks>
    <disk name='vda' snapshot='internal'/>
  </disks>
  <domain type='qemu'>
    <name>pbot-vm</name>
  </domain>
</domainsnapshot>
`;

describe('the check of the snapshot', () => {
  it('the check of the snapshot is content with one that holds memory', async () => {
    expect(await check(xml)).toEqual({
      level: 'ok',
      detail: '"1", taken 2026-11-22 10:11 UTC, with memory',
    });
  });

  it('the check of the snapshot warns of one that was taken while the domain was off', async () => {
    expect(await check(xml.replace('running', 'shutoff'))).toMatchObject({
      level: 'warning',
      detail: expect.stringContaining('holds no memory'),
    });
  });

  it('the check of the snapshot says how to take one', () => {
    expect(judgeSnapshot(exampleMachine(), { snapshotNames: [] })).toEqual({
      level: 'failed',
      detail: 'pbot-vm has no snapshot "1"',
      fix: 'Run "pbot-vm up", or, while the guest server waits for work, "virsh -c qemu:///system snapshot-create-as pbot-vm 1".',
    });
  });

  it('the check of the snapshot names those that are there', () => {
    const machine = exampleMachine({ PBOTVM_SNAPSHOT_NAME: 'clean' });
    expect(judgeSnapshot(machine, { snapshotNames: ['1', '2'] })).toMatchObject({
      detail: 'pbot-vm has no snapshot "clean"; it has 1, 2',
      fix: expect.stringContaining('PBOTVM_SNAPSHOT_NAME'),
    });
  });
});

function check(snapshotXml: string) {
  return snapshotCheck({
    machine: exampleMachine(),
    domain: () => Promise.resolve(runningDomain()),
    virsh: () => Promise.resolve(snapshotXml),
  }).run();
}
