import { describe, expect, it } from 'vitest';
import {
  defaultLibvirtUri,
  qemuPidDirectories,
  virshLimits,
} from '../../../services/snapshot/config.js';

describe('the default libvirt', () => {
  it("the default libvirt is the system's for root and the user's own for everybody else", () => {
    expect(defaultLibvirtUri(0)).toBe('qemu:///system');
    expect(defaultLibvirtUri(1000)).toBe('qemu:///session');
    expect(defaultLibvirtUri(undefined)).toBe('qemu:///session');
  });
});

describe('the time limits', () => {
  it('the time limit of a monitor command is shorter than that of libvirt', () => {
    expect(virshLimits.monitorMs).toBeLessThan(30_000);
  });

  it('the time limit of a change is longer than that of libvirt for a lock, whose error says more', () => {
    expect(virshLimits.changeMs).toBeGreaterThan(30_000);
  });
});

describe('the process ids of QEMU', () => {
  it.each([
    ['qemu:///system', ['/run/libvirt/qemu']],
    ['qemu:///session', ['/run/user/1000/libvirt/qemu/run', '/home/me/.cache/libvirt/qemu/run']],
    ['qemu+ssh://another/system', []],
  ])('libvirt at %s writes the process ids of its QEMUs into %j', (uri, directories) => {
    expect(qemuPidDirectories({ uri, uid: 1000, home: () => '/home/me' })).toEqual(directories);
  });
});
