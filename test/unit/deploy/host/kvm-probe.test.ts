import { describe, expect, it } from 'vitest';
import { judgeProbe, type ProbeBoot, probeKvm } from '../../../../deploy/host/kvm-probe.js';

const panicked: ProbeBoot = {
  timedOut: false,
  exitCode: 0,
  errorOutput: '',
  console: 'Kernel panic - not syncing: VFS: Unable to mount root fs',
  timeoutMs: 5_000,
};

describe('the KVM probe', () => {
  it('the KVM probe trusts KVM when a kernel got as far as panicking over its missing disk', () => {
    expect(judgeProbe(panicked).usable).toBe(true);
  });

  it('the KVM probe refuses a KVM whose kernel hangs after the BIOS', () => {
    const verdict = judgeProbe({
      ...panicked,
      timedOut: true,
      exitCode: undefined,
      console: 'Booting',
    });
    expect(verdict).toEqual({
      usable: false,
      detail:
        'A kernel under KVM did not get through its start within 5 s; if KVM is slow to start here, "pbot-vm up --kvm-probe-timeout 60" waits longer.',
    });
  });

  it('the KVM probe says what QEMU said when it cannot open KVM', () => {
    const errorOutput = 'Could not access KVM kernel module\nqemu: failed to initialize kvm';
    const verdict = judgeProbe({ ...panicked, exitCode: 1, console: '', errorOutput });
    expect(verdict.usable).toBe(false);
    expect(verdict.detail).toContain('failed to initialize kvm');
  });

  it('the KVM probe refuses a kernel that ends without a panic', () => {
    expect(judgeProbe({ ...panicked, console: '' }).usable).toBe(false);
  });

  it('the KVM probe is a verdict, not an exception, when QEMU is not installed', async () => {
    const verdict = await probeKvm({
      kernelPath: '/nonexistent',
      qemu: '/nonexistent/qemu-system-x86_64',
      timeoutMs: 1_000,
    });
    expect(verdict.usable).toBe(false);
    expect(verdict.detail).toContain('/nonexistent/qemu-system-x86_64');
  });
});
