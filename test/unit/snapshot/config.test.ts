import { describe, expect, it } from 'vitest';
import { defaultLibvirtUri, virshLimits } from '../../../services/snapshot/config.js';

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
