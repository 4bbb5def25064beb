// Check of `pbot-vm doctor`: the domain that libvirt knows of a machine.

import type { DomainState } from '../../../services/snapshot/hypervisor.js';
import { parseDomainState, parseSnapshotNames } from '../../../services/snapshot/virsh-output.js';
import { type Virsh, VirshError } from '../libvirt/virsh.js';
import type { Machine } from '../machine.js';
import { type Check, type Finding, ok, skippedUntil, titles, warning } from './check.js';
import type { LibvirtFacts } from './libvirt.js';

/** Whether the machine's domain is there and runs. */
export function domainCheck(machine: Machine, domain: () => Promise<DomainFacts>): Check {
  return { title: titles.domain, run: async () => judgeDomain(machine, await domain()) };
}

/** The domain as libvirt knows it. */
export type DomainFacts =
  /** libvirt could not be asked. */
  | { readonly kind: 'unknown'; readonly reason: string }
  | {
      readonly kind: 'missing';
      /** Domains that the connection has. */
      readonly others: readonly string[];
      /** Whether the system's connection has it, where another one was asked. */
      readonly isInSystem: boolean;
    }
  | FoundDomain;

export interface FoundDomain {
  readonly kind: 'found';
  readonly state: DomainState;
  /** Definition of what runs; the same as `storedXml` where nothing does. */
  readonly xml: string;
  /** Definition that the next start uses. */
  readonly storedXml: string;
  readonly snapshotNames: readonly string[];
}

/** Looks at the domain. */
export async function lookAtDomain(options: {
  machine: Machine;
  libvirt: LibvirtFacts;
  virsh: Virsh;
  systemVirsh: Virsh;
}): Promise<DomainFacts> {
  const { machine, libvirt, virsh, systemVirsh } = options;
  if (libvirt.kind === 'failed') return { kind: 'unknown', reason: 'libvirt does not answer' };
  try {
    const names = parseNames(await virsh('list', '--all', '--name'));
    if (!names.includes(machine.domain)) {
      const isInSystem =
        machine.host.uri !== systemUri && (await hasDomain(systemVirsh, machine.domain));
      return { kind: 'missing', others: names, isInSystem };
    }
    const target = `--domain=${machine.domain}`;
    const [state, xml, storedXml, snapshots] = await Promise.all([
      virsh('domstate', target),
      virsh('dumpxml', target),
      virsh('dumpxml', target, '--inactive'),
      virsh('snapshot-list', target, '--name'),
    ]);
    return {
      kind: 'found',
      state: parseDomainState(state),
      xml,
      storedXml,
      snapshotNames: parseSnapshotNames(snapshots),
    };
  } catch (error) {
    if (!(error instanceof VirshError)) throw error;
    return { kind: 'unknown', reason: error.reason };
  }
}

/** Judges whether the domain is there and runs. One that is not yet made, or off, is no fault. */
export function judgeDomain(machine: Machine, facts: DomainFacts): Finding {
  const { domain, snapshotName } = machine;
  const { uri } = machine.host;
  switch (facts.kind) {
    case 'unknown':
      return skippedUntil(titles.libvirt, facts.reason);
    case 'missing':
      return judgeMissing(machine, facts);
    case 'found':
      break;
  }
  const detail = `${domain} is ${facts.state} at ${uri}`;
  switch (facts.state) {
    case 'running':
      return ok(detail);
    case 'shut off':
      return warning(detail, `Run "pbot-vm up", or "virsh -c ${uri} start ${domain}".`);
    case 'paused':
    case 'crashed':
      return warning(
        detail,
        `Revert it with "virsh -c ${uri} snapshot-revert ${domain} ${snapshotName} --running"; a running Watchdog does so by itself.`,
      );
    case 'other':
      return warning(
        `${domain} is neither running nor shut off`,
        `See "virsh -c ${uri} domstate ${domain} --reason".`,
      );
  }
}

/** Whether the domain has a QEMU now, which holds the host's ends of the channels. */
export function isAlive(facts: FoundDomain): boolean {
  return facts.state !== 'shut off';
}

/** Why a check that needs the domain can't be made; `undefined` where it can. */
export function withoutDomain(
  facts: Exclude<DomainFacts, FoundDomain>,
  { domain }: Machine,
): Finding {
  return facts.kind === 'unknown'
    ? skippedUntil(titles.libvirt, facts.reason)
    : skippedUntil(titles.domain, `there is no domain ${domain}`);
}

const systemUri = 'qemu:///system';

function judgeMissing(
  { domain, host: { uri } }: Machine,
  { others, isInSystem }: Extract<DomainFacts, { kind: 'missing' }>,
): Finding {
  const detail = `${uri} has no domain ${domain}`;
  if (isInSystem) {
    return warning(
      `${detail}, but ${systemUri} has`,
      `Set PBOTVM_LIBVIRT_URI=${systemUri} to use that one.`,
    );
  }
  const advice = 'Make it with "pbot-vm up"';
  return others.length === 0
    ? warning(detail, `${advice}.`)
    : warning(detail, `${advice}, or name one of these with PBOTVM_DOMAIN: ${others.join(', ')}.`);
}

async function hasDomain(virsh: Virsh, domain: string): Promise<boolean> {
  try {
    return parseNames(await virsh('list', '--all', '--name')).includes(domain);
  } catch (error) {
    if (error instanceof VirshError) return false;
    throw error;
  }
}

function parseNames(stdout: string): string[] {
  return stdout.split('\n').filter((line) => line !== '');
}
