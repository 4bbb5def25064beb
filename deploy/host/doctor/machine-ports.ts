// Check of `pbot-vm doctor`: the host's ends of the channels.

import { formatAddress } from '../../../services/lib/config/address.js';
import type { Machine } from '../machine.js';
import { type Check, type Finding, failed, ok, skippedUntil, titles } from './check.js';
import { type DomainFacts, isAlive } from './domain.js';
import { isListening, type Listeners } from './listeners.js';

/** Whether the host's ends of the channels are open where the machine runs, and free where it does not. */
export function machinePortsCheck(options: {
  machine: Machine;
  domain: () => Promise<DomainFacts>;
  listeners: () => Promise<Listeners>;
}): Check {
  const { machine, domain, listeners } = options;
  return {
    title: 'ports of the machine',
    run: async () => judgeMachinePorts(machine, await domain(), await listeners()),
  };
}

/** Judges who listens at the channels. Nobody connects there: a channel serves one client at a time. */
export function judgeMachinePorts(
  machine: Machine,
  domain: DomainFacts,
  listeners: Listeners,
): Finding {
  if (domain.kind === 'unknown') return skippedUntil(titles.libvirt, domain.reason);
  const { serial, heart } = machine;
  const ports = [
    {
      variable: 'PBOTVM_SERIAL',
      where: formatAddress(serial),
      isOpen: isListening(listeners, serial),
    },
    {
      variable: 'PBOTVM_HEART',
      where: formatAddress(heart),
      isOpen: isListening(listeners, heart),
    },
  ];
  const both = ports.map(({ where }) => where).join(' and ');
  if (domain.kind === 'found' && isAlive(domain)) {
    const closed = ports.filter(({ isOpen }) => !isOpen);
    if (closed.length === 0) return ok(`${both} are open`);
    return failed(
      `nobody listens at ${nameAll(closed)}, although the domain ${machine.domain} is ${domain.state}`,
      `See what "${titles.channels}" says.`,
    );
  }
  const taken = ports.filter(({ isOpen }) => isOpen);
  if (taken.length === 0) return ok(`${both} are free`);
  const variables = taken.map(({ variable }) => variable).join(' and ');
  return failed(
    `another program has taken ${nameAll(taken)}`,
    `Stop what listens there ("sudo ss -lntxp" names it), or set ${variables} to an address that is free and give the domain the same one.`,
  );
}

function nameAll(ports: readonly { variable: string; where: string }[]): string {
  return ports.map(({ variable, where }) => `${variable} ${where}`).join(' and ');
}
