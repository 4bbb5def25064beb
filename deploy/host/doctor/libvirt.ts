// Check of `pbot-vm doctor`: libvirt and its QEMU.

import { type Family, installCommand, joinGroupAdvice } from '../distribution.js';
import { type Virsh, VirshError } from '../libvirt/virsh.js';
import { packagesOf } from '../tools.js';
import { type Check, type Finding, failed, ok, titles } from './check.js';

/** Whether libvirt answers, and has a QEMU. */
export function libvirtCheck(options: {
  uri: string;
  libvirt: () => Promise<LibvirtFacts>;
  family: () => Promise<Family | undefined>;
}): Check {
  const { uri, libvirt, family } = options;
  return {
    title: titles.libvirt,
    run: async () => judgeLibvirt(await libvirt(), { uri, family: await family() }),
  };
}

/** What `virsh version --daemon` printed, or why it failed. */
export type LibvirtFacts =
  | { readonly kind: 'reached'; readonly output: string }
  | { readonly kind: 'failed'; readonly error: VirshError };

/** Asks libvirt for its versions. */
export async function askLibvirt(virsh: Virsh): Promise<LibvirtFacts> {
  try {
    return { kind: 'reached', output: await virsh('version', '--daemon') };
  } catch (error) {
    if (!(error instanceof VirshError)) throw error;
    return { kind: 'failed', error };
  }
}

/** Judges what libvirt said of its versions. */
export function judgeLibvirt(
  facts: LibvirtFacts,
  context: { uri: string; family: Family | undefined },
): Finding {
  if (facts.kind === 'failed') {
    return failed(facts.error.reason, adviceFor(facts.error, context));
  }
  const versions = parseVersions(facts.output);
  if (versions.hypervisor === undefined) {
    return failed(
      `libvirt answers at ${context.uri}, but finds no QEMU`,
      `Install with ${installCommand(context.family, packages)}.`,
    );
  }
  const parts = [
    `library ${versions.library ?? 'unknown'}`,
    `API ${versions.api ?? 'unknown'}`,
    `hypervisor ${versions.hypervisor}`,
    `daemon ${versions.daemon ?? 'unknown'}`,
  ];
  return ok(`${parts.join(', ')}, at ${context.uri}`);
}

const packages = packagesOf(['qemu-system-x86_64', 'qemu-img', 'virtlogd', 'virsh']);

function adviceFor(
  error: VirshError,
  { uri, family }: { uri: string; family: Family | undefined },
): string {
  const install = installCommand(family, packages);
  if (error.kind === 'VIRSH_MISSING') return `Install with ${install}.`;
  if (/permission denied|authentication|access denied/i.test(error.reason)) {
    return `${joinGroupAdvice(family, 'libvirt')} PBOTVM_LIBVIRT_URI=qemu:///session works without the group.`;
  }
  if (error.kind === 'TIMED_OUT') return 'Restart it: "sudo systemctl restart libvirtd".';
  if (uri.endsWith('/session')) {
    return `The daemon of a session starts by itself where it is installed: see to that with ${install}.`;
  }
  return `Start it with "sudo systemctl enable --now ${daemonOf(family)}". If it is not installed, install it with ${install}.`;
}

/** Fedora and openSUSE have split libvirtd into one daemon a driver. */
function daemonOf(family: Family | undefined): string {
  switch (family) {
    case 'fedora':
    case 'suse':
      return 'virtqemud.socket virtlogd.socket';
    case 'debian':
    case undefined:
      return 'libvirtd';
  }
}

function parseVersions(output: string) {
  const value = (label: string) => new RegExp(`^${label}: (.+)$`, 'm').exec(output)?.[1]?.trim();
  return {
    library: value('Using library'),
    api: value('Using API'),
    hypervisor: value('Running hypervisor'),
    daemon: value('Running against daemon'),
  };
}
