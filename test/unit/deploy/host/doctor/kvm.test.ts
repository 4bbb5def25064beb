import { describe, expect, it } from 'vitest';
import { judgeKvm, type KvmFacts } from '../../../../../deploy/host/doctor/kvm.js';

const working: KvmFacts = {
  node: { mode: 0o20660, isAccessible: true },
  isSystemConnection: true,
  boot: { usable: true, detail: 'A kernel ran under KVM.' },
};

describe('the check of KVM', () => {
  it('the check of KVM is content with a kernel that ran', () => {
    expect(judge({})).toEqual({ level: 'ok', detail: 'A kernel ran under KVM' });
  });

  it('the check of KVM warns where there is no /dev/kvm', () => {
    expect(judge({ node: undefined, boot: 'no-kernel' })).toMatchObject({
      level: 'warning',
      detail: expect.stringContaining('no /dev/kvm'),
      fix: expect.stringContaining('modprobe'),
    });
  });

  it('the check of KVM names the group where this user may not open it', () => {
    const node = { mode: 0o20660, isAccessible: false };
    expect(judge({ node, boot: 'no-kernel' })).toMatchObject({
      level: 'warning',
      fix: 'Run "sudo adduser $USER kvm", then log out and in again.',
    });
  });

  it('the check of KVM warns where a kernel hangs although /dev/kvm opens', () => {
    const boot = { usable: false, detail: 'A kernel did not get through its start.' };
    expect(judge({ boot })).toMatchObject({
      level: 'warning',
      detail:
        'A kernel did not get through its start; machines run under emulation, about 10 times slower',
    });
  });

  it('the check of KVM warns where KVM works for root alone, and QEMU runs as another user', () => {
    const node = { mode: 0o20600, isAccessible: true };
    expect(judge({ node }).level).toBe('warning');
    expect(judge({ node, isSystemConnection: false }).level).toBe('ok');
  });

  it('the check of KVM is skipped without a kernel or a QEMU to boot it with', () => {
    expect(judge({ boot: 'no-kernel' }).level).toBe('skipped');
    expect(judge({ boot: 'no-qemu' }).level).toBe('skipped');
  });
});

function judge(changes: Partial<KvmFacts>) {
  return judgeKvm({ ...working, ...changes }, 'debian');
}
