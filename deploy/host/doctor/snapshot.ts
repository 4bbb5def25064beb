// Check of `pbot-vm doctor`: the snapshot of the machine.

import type { SnapshotInfo } from '../../../services/snapshot/hypervisor.js';
import { parseSnapshotInfo } from '../../../services/snapshot/virsh-output.js';
import type { Virsh } from '../libvirt/virsh.js';
import type { Machine } from '../machine.js';
import { type Check, type Finding, failed, ok, warning } from './check.js';
import { type DomainFacts, withoutDomain } from './domain.js';

/** Whether there is a snapshot to revert the machine to. */
export function snapshotCheck(options: {
  machine: Machine;
  domain: () => Promise<DomainFacts>;
  virsh: Virsh;
}): Check {
  const { machine, virsh } = options;
  return {
    title: 'snapshot',
    run: async () => {
      const domain = await options.domain();
      if (domain.kind !== 'found') return withoutDomain(domain, machine);
      const { snapshotNames } = domain;
      if (!snapshotNames.includes(machine.snapshotName))
        return judgeSnapshot(machine, { snapshotNames });
      const target = [`--domain=${machine.domain}`, `--snapshotname=${machine.snapshotName}`];
      const xml = await virsh('snapshot-dumpxml', ...target);
      return judgeSnapshot(machine, {
        snapshotNames,
        info: parseSnapshotInfo(machine.snapshotName, xml),
      });
    },
  };
}

/** Judges the snapshots of the domain; `info` is about the one that the machine is reverted to. */
export function judgeSnapshot(
  { domain, snapshotName, host: { uri } }: Machine,
  { snapshotNames, info }: { snapshotNames: readonly string[]; info?: SnapshotInfo },
): Finding {
  const fix = `Run "pbot-vm up", or, while the guest server waits for work, "virsh -c ${uri} snapshot-create-as ${domain} ${snapshotName}".`;
  if (info === undefined) {
    const detail = `${domain} has no snapshot "${snapshotName}"`;
    if (snapshotNames.length === 0) return failed(detail, fix);
    const others = snapshotNames.join(', ');
    return failed(
      `${detail}; it has ${others}`,
      `${fix} Or set PBOTVM_SNAPSHOT_NAME to one that is there.`,
    );
  }
  const detail = `"${info.name}", taken ${info.createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  if (info.domainState !== 'running') {
    return warning(
      `${detail}, holds no memory (it is of a domain in the state ${info.domainState}): each revert boots the guest`,
      `Delete it with "virsh -c ${uri} snapshot-delete ${domain} ${snapshotName}". ${fix}`,
    );
  }
  return ok(`${detail}, with memory`);
}
