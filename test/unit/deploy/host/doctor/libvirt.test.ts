import { describe, expect, it } from 'vitest';
import { judgeLibvirt } from '../../../../../deploy/host/doctor/libvirt.js';
import { VirshError } from '../../../../../deploy/host/libvirt/virsh.js';
import { parseFailure } from '../../../../../services/snapshot/virsh-output.js';

const versions = `Compiled against library: libvirt 9.0.0
Using library: libvirt 9.0.0
Using API: QEMU 9.0.0
Running hypervisor: QEMU 7.2.22
Running against daemon: 9.0.0
`;
const system = { uri: 'qemu:///system', family: 'debian' } as const;

describe('the check of libvirt', () => {
  it('the check of libvirt shows the versions of library, API, hypervisor and daemon', () => {
    expect(judgeLibvirt({ kind: 'reached', output: versions }, system)).toEqual({
      level: 'ok',
      detail:
        'library libvirt 9.0.0, API QEMU 9.0.0, hypervisor QEMU 7.2.22, daemon 9.0.0, at qemu:///system',
    });
  });

  it('the check of libvirt fails where libvirt has no QEMU', () => {
    const output = versions.replace(
      'Running hypervisor: QEMU 7.2.22',
      'Cannot extract running QEMU hypervisor version',
    );
    expect(judgeLibvirt({ kind: 'reached', output }, system)).toMatchObject({
      level: 'failed',
      fix: expect.stringContaining('qemu-system-x86'),
    });
  });

  it('the check of libvirt names the packages where virsh is missing', () => {
    const error = new VirshError('version', {
      kind: 'VIRSH_MISSING',
      reason: 'there is no virsh on PATH',
    });
    expect(judgeLibvirt({ kind: 'failed', error }, { ...system, family: 'suse' })).toMatchObject({
      level: 'failed',
      fix: 'Install with "sudo zypper install qemu-x86 qemu-img libvirt-daemon-qemu libvirt-daemon-log libvirt-client".',
    });
  });

  it('the check of libvirt names the service where the daemon is not reached', () => {
    const stderr = `error: failed to connect to the hypervisor
error: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory
`;
    const error = failureOf(stderr);
    expect(judgeLibvirt({ kind: 'failed', error }, system)).toMatchObject({
      level: 'failed',
      detail: expect.stringContaining('No such file or directory'),
      fix: expect.stringContaining('sudo systemctl enable --now libvirtd'),
    });
    expect(judgeLibvirt({ kind: 'failed', error }, { ...system, family: 'fedora' })).toMatchObject({
      fix: expect.stringContaining('virtqemud.socket'),
    });
  });

  it('the check of libvirt names the group where the daemon refuses this user', () => {
    const stderr = `error: failed to connect to the hypervisor
error: Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied
`;
    const facts = { kind: 'failed', error: failureOf(stderr) } as const;
    expect(judgeLibvirt(facts, system)).toMatchObject({
      fix: expect.stringContaining('sudo adduser $USER libvirt'),
    });
  });

  it('the check of libvirt does not tell the user of a session to start a service', () => {
    const stderr = `error: failed to connect to the hypervisor
error: Cannot create user runtime directory '/nonexistent/.cache/libvirt': Read-only file system
`;
    const facts = { kind: 'failed', error: failureOf(stderr) } as const;
    const finding = judgeLibvirt(facts, { ...system, uri: 'qemu:///session' });
    expect(finding).toMatchObject({ fix: expect.not.stringContaining('systemctl') });
  });
});

/** The error of a virsh that wrote this on stderr. */
function failureOf(stderr: string): VirshError {
  const { kind, message } = parseFailure(stderr);
  return new VirshError('version', { kind, reason: message });
}
