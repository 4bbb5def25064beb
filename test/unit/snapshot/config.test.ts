import { describe, expect, it } from 'vitest';
import {
  defaultLibvirtUri,
  qemuPidDirectories,
  virshLimits,
} from '../../../services/snapshot/config.js';

describe('the default libvirt', () => {
  it("is the system's for root and the user's own for everybody else", () => {
    expect(defaultLibvirtUri(0)).toBe('qemu:///system');
    expect(defaultLibvirtUri(1000)).toBe('qemu:///session');
    expect(defaultLibvirtUri(undefined)).toBe('qemu:///session');
  });
});

describe('the time limits', () => {
  it('give up on a monitor before libvirt gives up waiting for it', () => {
    expect(virshLimits.monitorMs).toBeLessThan(30_000);
  });

  it('let libvirt be the first to give up a lock, since its answer says more', () => {
    expect(virshLimits.changeMs).toBeGreaterThan(30_000);
  });
});

describe('the process ids of QEMU', () => {
  it.each([
    ['qemu:///system', ['/run/libvirt/qemu']],
    ['qemu:///session', ['/run/user/1000/libvirt/qemu/run', '/home/me/.cache/libvirt/qemu/run']],
    ['qemu+ssh://another/system', []],
  ])('of %s are in %j', (uri, directories) => {
    expect(qemuPidDirectories({ uri, uid: 1000, home: '/home/me' })).toEqual(directories);
  });
});
