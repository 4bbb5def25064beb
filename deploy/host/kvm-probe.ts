// Tries whether guests run under KVM, by booting a kernel.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** How long the probe waits unless `--kvm-probe-timeout` says otherwise. Nested virtualization has been seen to take 25 s. */
export const kvmProbeTimeoutMs = 5000;

export interface KvmVerdict {
  usable: boolean;
  /** One sentence: how KVM was seen to work, or why it is not used. */
  detail: string;
}

/**
 * Finds out whether guests run under KVM on this host, by booting a kernel that has no disk: one that runs gets as far as
 * panicking over it. That /dev/kvm opens proves nothing, nor does a boot sector that runs: nested KVM has been seen
 * to do both and hang in the kernel. Takes about two seconds where KVM works, the time-out where guests hang.
 */
export async function probeKvm(options: {
  /** Linux kernel with a console on ttyS0. */
  kernelPath: string;
  /** QEMU binary, qemu-system-x86_64 by default. */
  qemu?: string;
  timeoutMs: number;
}): Promise<KvmVerdict> {
  const qemu = options.qemu ?? 'qemu-system-x86_64';
  const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-kvm-probe-'));
  try {
    const consolePath = join(directory, 'console');
    const boot = await execa(qemu, probeArguments(options.kernelPath, consolePath), {
      reject: false,
      stdin: 'ignore',
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    return judgeProbe({
      timedOut: boot.timedOut,
      exitCode: boot.exitCode,
      errorOutput: boot.failed && boot.stderr === '' ? (boot.shortMessage ?? '') : boot.stderr,
      console: await readFile(consolePath, 'latin1').catch(() => ''),
      timeoutMs: options.timeoutMs,
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What the probe's boot left behind. */
export interface ProbeBoot {
  timedOut: boolean;
  exitCode: number | undefined;
  errorOutput: string;
  console: string;
  timeoutMs: number;
}

/** Judges a probe's boot. */
export function judgeProbe(boot: ProbeBoot): KvmVerdict {
  if (boot.timedOut) {
    return {
      usable: false,
      detail: `A kernel under KVM did not get through its start within ${boot.timeoutMs / 1000} s; if KVM is slow to start here, "pbot-vm up --kvm-probe-timeout 60" waits longer.`,
    };
  }
  if (boot.exitCode !== 0) {
    const reason = boot.errorOutput.trim().split('\n').at(-1) ?? '';
    const advice = reason.includes('Permission denied')
      ? '. Add yourself to the group kvm: "sudo usermod -aG kvm $USER", then log in again.'
      : '';
    return { usable: false, detail: `QEMU could not run a kernel under KVM: ${reason}${advice}` };
  }
  if (!boot.console.includes('Kernel panic')) {
    return { usable: false, detail: 'A kernel under KVM ended without output on its console.' };
  }
  return { usable: true, detail: 'A kernel ran under KVM.' };
}

function probeArguments(kernelPath: string, consolePath: string): string[] {
  return [
    '-nodefaults',
    '-no-user-config',
    '-display',
    'none',
    '-accel',
    'kvm',
    '-m',
    '256',
    '-no-reboot',
    '-kernel',
    kernelPath,
    '-append',
    'console=ttyS0 earlyprintk=serial,ttyS0 panic=-1',
    '-serial',
    `file:${consolePath}`,
  ];
}
