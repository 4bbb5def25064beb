// Check of `pbot-vm doctor`: KVM.

import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Family, joinGroupAdvice } from '../distribution.js';
import { type KvmVerdict, kvmProbeTimeoutMs, probeKvm } from '../kvm-probe.js';
import { findTool } from '../tools.js';
import { type Check, type Finding, ok, skipped, titles, warning } from './check.js';

/** Whether guests really run under KVM. */
export function kvmCheck(options: {
  uri: string;
  environment: NodeJS.ProcessEnv;
  imageKernel: () => Promise<string | undefined>;
  family: () => Promise<Family | undefined>;
}): Check {
  return {
    title: titles.kvm,
    run: async () => judgeKvm(await gather(options), await options.family()),
  };
}

/** /dev/kvm as this user sees it, and what a boot under KVM showed. */
export interface KvmFacts {
  /** `undefined` where there is no /dev/kvm. */
  readonly node: { readonly mode: number; readonly isAccessible: boolean } | undefined;
  /** QEMU runs as a user of its own, who must get at /dev/kvm too. */
  readonly isSystemConnection: boolean;
  readonly boot: KvmVerdict | 'no-qemu' | 'no-kernel';
}

/** Judges what was seen. KVM is never a must: QEMU emulates the processor without it. */
export function judgeKvm(facts: KvmFacts, family: Family | undefined): Finding {
  if (facts.node === undefined) {
    return warning(
      `there is no /dev/kvm; ${consequence}`,
      'Load the module with "sudo modprobe kvm_intel" or "sudo modprobe kvm_amd"; it needs virtualization enabled in the BIOS settings.',
    );
  }
  if (!facts.node.isAccessible) {
    return warning(
      `this user may not open /dev/kvm; ${consequence}`,
      joinGroupAdvice(family, 'kvm'),
    );
  }
  switch (facts.boot) {
    case 'no-qemu':
      return skipped('without QEMU no kernel can be booted', 'Fix "tools" first.');
    case 'no-kernel':
      return skipped(
        '/dev/kvm opens, but there is no kernel to boot under it',
        'Run "pbot-vm up", which builds one, or run this as root where /boot/vmlinuz-* is readable by root alone.',
      );
    default:
      return judgeBoot(facts.boot, facts);
  }
}

const consequence = 'machines run under emulation, about 10 times slower';

function judgeBoot(boot: KvmVerdict, facts: KvmFacts): Finding {
  const detail = boot.detail.replace(/\.$/, '');
  if (!boot.usable) {
    return warning(
      `${detail}; ${consequence}`,
      'Look for the cause with "sudo dmesg | grep -i kvm". Inside a virtual machine, enable nested virtualization on its host.',
    );
  }
  const mode = facts.node?.mode ?? 0;
  if (facts.isSystemConnection && !isShared(mode)) {
    return warning(
      `${detail}, but only root may open /dev/kvm, and libvirt runs QEMU as another user`,
      'Run "sudo chgrp kvm /dev/kvm" and "sudo chmod 0660 /dev/kvm".',
    );
  }
  return ok(detail);
}

function isShared(mode: number): boolean {
  return (mode & 0o060) === 0o060 || (mode & 0o006) === 0o006;
}

async function gather(options: {
  uri: string;
  environment: NodeJS.ProcessEnv;
  imageKernel: () => Promise<string | undefined>;
}): Promise<KvmFacts> {
  const status = await stat('/dev/kvm').catch(() => undefined);
  const isAccessible = await canOpen('/dev/kvm', constants.R_OK | constants.W_OK);
  const node = status === undefined ? undefined : { mode: status.mode, isAccessible };
  const isSystemConnection = options.uri.endsWith('/system');
  const boot = isAccessible ? await bootKernel(options) : 'no-kernel';
  return { node, isSystemConnection, boot };
}

async function bootKernel(options: {
  environment: NodeJS.ProcessEnv;
  imageKernel: () => Promise<string | undefined>;
}): Promise<KvmFacts['boot']> {
  const qemu = findTool('qemu-system-x86_64', options.environment['PATH']);
  if (qemu === undefined) return 'no-qemu';
  const kernelPath = (await options.imageKernel()) ?? (await hostKernel());
  if (kernelPath === undefined) return 'no-kernel';
  return probeKvm({ kernelPath, qemu, timeoutMs: kvmProbeTimeoutMs });
}

/** A kernel of the host that this user may read. */
async function hostKernel(): Promise<string | undefined> {
  const names = await readdir('/boot').catch(() => []);
  for (const name of names.filter((each) => each.startsWith('vmlinuz-'))) {
    const path = join('/boot', name);
    if (await canOpen(path, constants.R_OK)) return path;
  }
  return undefined;
}

async function canOpen(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
