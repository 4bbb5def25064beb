// The sentences about a machine that an operator reads in `pbot-vm status` and in the log.

import type { DomainCondition } from '../snapshot-client.js';

export function describeCondition(
  condition: DomainCondition,
  { domain, noRevert }: { domain: string; noRevert: boolean },
): string {
  switch (condition) {
    case 'running':
      return `The domain ${domain} runs.`;
    case 'paused':
      return `The domain ${domain} is paused.`;
    case 'other':
      return `The domain ${domain} is in a state between running and off.`;
    case 'crashed':
      return `The domain ${domain} has crashed.`;
    case 'shut-off':
      if (!noRevert) return `The domain ${domain} is shut off.`;
      return (
        `The domain ${domain} is shut off, and PBOTVM_NOREVERT is set: ` +
        `start it with "virsh start ${domain}" or "pbot-vm up".`
      );
    case 'not-found':
      return (
        `libvirt has no domain "${domain}": make it with "pbot-vm up", ` +
        'or name the right one in PBOTVM_DOMAIN.'
      );
  }
}

export const firstBeatAwaited = 'Its first heartbeat is awaited.';

/** Ends with a command, to be copied as it is. */
export function noSnapshot(obstacle: string): string {
  return `It ${obstacle}`;
}

export function worksOnWithoutSnapshot(obstacle: string): string {
  return `It was not reverted and works on, since it ${obstacle}`;
}

export const notReverted = 'PBOTVM_NOREVERT is set: it is not reverted.';

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
