import type { SnapshotInfo } from '../../../services/snapshot/hypervisor.js';
import { parseSnapshotInfo } from '../../../services/snapshot/virsh-output.js';
import type { Host } from '../host.js';
import { type Check, type Finding, failed, ok, warning } from './check.js';
import { type DomainFacts, withoutDomain } from './domain.js';
import type { Virsh } from './virsh.js';

/** Whether there is a snapshot to put the machine back to. */
export function snapshotCheck(options: {
  host: Host;
  domain: () => Promise<DomainFacts>;
  virsh: Virsh;
}): Check {
  const { host, virsh } = options;
  return {
    title: 'snapshot',
    run: async () => {
      const domain = await options.domain();
      if (domain.kind !== 'found') return withoutDomain(domain, host);
      const { snapshotNames } = domain;
      if (!snapshotNames.includes(host.snapshotName)) return judgeSnapshot(host, { snapshotNames });
      const words = [`--domain=${host.domain}`, `--snapshotname=${host.snapshotName}`];
      const xml = await virsh('snapshot-dumpxml', ...words);
      return judgeSnapshot(host, {
        snapshotNames,
        info: parseSnapshotInfo(host.snapshotName, xml),
      });
    },
  };
}

/** Judges the snapshots of the domain; `info` is about the one that the machine is put back to. */
export function judgeSnapshot(
  { domain, uri, snapshotName }: Host,
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
