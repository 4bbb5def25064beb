import { formatAddress } from '../../../services/lib/config/address.js';
import type { Host } from '../host.js';
import { type Check, type Finding, failed, ok, skippedUntil, titles } from './check.js';
import { type DomainFacts, isAlive } from './domain.js';
import { isListening, type Listeners } from './listeners.js';

/** Whether the host's ends of the channels are open where the machine runs, and free where it does not. */
export function machinePortsCheck(options: {
  host: Host;
  domain: () => Promise<DomainFacts>;
  listeners: () => Promise<Listeners>;
}): Check {
  const { host, domain, listeners } = options;
  return {
    title: 'ports of the machine',
    run: async () => judgeMachinePorts(host, await domain(), await listeners()),
  };
}

/** Judges who listens at the channels. Nobody connects there: a channel serves one client at a time. */
export function judgeMachinePorts(host: Host, domain: DomainFacts, listeners: Listeners): Finding {
  if (domain.kind === 'unknown') return skippedUntil(titles.libvirt, domain.reason);
  const { data, heart } = host.addresses;
  const ports = [
    { variable: 'PBOTVM_SERIAL', where: formatAddress(data), isOpen: isListening(listeners, data) },
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
      `nobody listens at ${nameAll(closed)}, although the domain ${host.domain} is ${domain.state}`,
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
