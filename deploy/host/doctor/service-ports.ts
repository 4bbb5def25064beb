// Check of `pbot-vm doctor`: the ports of the services.

import { formatAddress } from '../../../services/lib/config/address.js';
import { type Check, type Finding, failed, ok, titles } from './check.js';
import type { Service, ServiceAnswer } from './service.js';

/** Whether the services can listen at their configured addresses. */
export function servicePortsCheck(
  services: readonly (readonly [Service, () => Promise<ServiceAnswer>])[],
): Check {
  return {
    title: titles.servicePorts,
    run: async () =>
      judgeServicePorts(
        await Promise.all(
          services.map(async ([service, answer]) => ({ service, answer: await answer() })),
        ),
      ),
  };
}

/** Judges who is at the addresses of the services: the services, nobody, or somebody else. */
export function judgeServicePorts(
  found: readonly { readonly service: Service; readonly answer: ServiceAnswer }[],
): Finding {
  const strangers: string[] = [];
  const variables: string[] = [];
  for (const { service, answer } of found) {
    if (answer.kind !== 'stranger') continue;
    const where = formatAddress(service.address);
    strangers.push(`${service.variable} ${where} is taken by ${answer.detail}`);
    variables.push(service.variable);
  }
  if (strangers.length > 0) {
    return failed(
      strangers.join('; '),
      `Stop what listens there ("sudo ss -lntxp" names it), or set ${variables.join(', ')} to an address that is free.`,
    );
  }
  return ok(found.map(({ service, answer }) => describe(service, answer)).join(', '));
}

function describe({ title, address }: Service, answer: ServiceAnswer): string {
  return `${formatAddress(address)} ${answer.kind === 'absent' ? 'free' : title}`;
}
