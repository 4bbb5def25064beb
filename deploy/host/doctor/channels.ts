// Check of `pbot-vm doctor`: the channels of the machine.

import { type Address, formatAddress, isLoopback } from '../../../services/lib/config/address.js';
import { type Device, parseDevices, type Source } from '../libvirt/domain-devices.js';
import { virtioPorts } from '../libvirt/domain-xml.js';
import type { Machine } from '../machine.js';
import { type Check, type Finding, failed, ok, titles, warning } from './check.js';
import { type DomainFacts, isAlive, withoutDomain } from './domain.js';

/** Whether the domain has both channels, at the addresses that the services use. */
export function channelsCheck(machine: Machine, domain: () => Promise<DomainFacts>): Check {
  return { title: titles.channels, run: async () => judgeChannels(machine, await domain()) };
}

/** Judges the definition of the domain: the one that runs, and the one that the next start uses. */
export function judgeChannels(machine: Machine, domain: DomainFacts): Finding {
  if (domain.kind !== 'found') return withoutDomain(domain, machine);
  const now = judgeDefinition(machine, parseDevices(domain.xml));
  if (!isAlive(domain)) return now;
  const next = judgeDefinition(machine, parseDevices(domain.storedXml));
  const { domain: name } = machine;
  const { uri } = machine.host;
  if (now.level === 'failed' && next.level !== 'failed') {
    return failed(
      `the domain ${name} runs without the channels that its definition has by now`,
      `Start it again (a reboot inside the guest is not enough): "virsh -c ${uri} shutdown ${name}", and once "virsh -c ${uri} list" no longer has it, "virsh -c ${uri} start ${name}"; then take a new snapshot.`,
    );
  }
  if (now.level !== 'failed' && next.level === 'failed') {
    return warning(
      `the domain ${name} runs with both channels, but will not have them after its next start`,
      next.fix,
    );
  }
  return now;
}

/** The guest takes the virtio port where it exists. */
const candidates = {
  data: [`virtio channel ${virtioPorts.data}`, 'serial port 1'],
  heart: [`virtio channel ${virtioPorts.heart}`, 'serial port 2'],
} as const;

function judgeDefinition(machine: Machine, devices: readonly Device[]): Finding {
  const channels = [
    {
      purpose: 'data channel',
      variable: 'PBOTVM_SERIAL',
      wanted: machine.serial,
      device: findDevice(devices, candidates.data),
    },
    {
      purpose: 'heartbeat',
      variable: 'PBOTVM_HEART',
      wanted: machine.heart,
      device: findDevice(devices, candidates.heart),
    },
  ];
  const present = channels.flatMap(({ device, ...channel }) =>
    device === undefined ? [] : [{ ...channel, device }],
  );
  if (present.length < channels.length) {
    const missing = channels.filter(({ device }) => device === undefined);
    return failed(
      `the domain ${machine.domain} has no ${missing.map(({ purpose }) => purpose).join(' and no ')}`,
      `Run "${addSerialsCommand(machine)}", then start the domain again.`,
    );
  }
  const misplaced = present.find(({ wanted, device }) => !reaches(wanted, device.source));
  if (misplaced !== undefined) return judgeMisplaced(machine, misplaced);
  const detail = present
    .map(({ purpose, device }) => `${purpose} is ${device.name} at ${describe(device.source)}`)
    .join(', ');
  const exposed = present.filter(({ device }) => isExposed(device.source));
  if (exposed.length === 0) return ok(detail);
  return warning(
    `${detail}: other hosts can reach the ${exposed.map(({ purpose }) => purpose).join(' and the ')}`,
    `Set the host to 127.0.0.1 with "virsh -c ${machine.host.uri} edit ${machine.domain}", then start the domain again.`,
  );
}

function findDevice(devices: readonly Device[], names: readonly string[]): Device | undefined {
  return names
    .map((name) => devices.find((device) => device.name === name))
    .find((device) => device !== undefined);
}

/** Whether a client of the wanted address gets to who listens there. */
function reaches(wanted: Address, source: Source): boolean {
  if (source.kind === 'other') return false;
  const { address } = source;
  if (wanted.kind === 'unix' || address.kind === 'unix') {
    return formatAddress(wanted) === formatAddress(address);
  }
  const isSameHost =
    ['0.0.0.0', '::'].includes(address.host) || plainHost(address.host) === plainHost(wanted.host);
  return isSameHost && address.port === wanted.port;
}

function plainHost(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}

function judgeMisplaced(
  { domain, host: { uri } }: Machine,
  channel: { purpose: string; variable: string; wanted: Address; device: Device },
): Finding {
  const { purpose, variable, wanted, device } = channel;
  const place = describe(device.source);
  const edit = `change the domain with "virsh -c ${uri} edit ${domain}" and start it again`;
  if (device.source.kind === 'other') {
    return failed(
      `the ${purpose} (${device.name}) is ${place}, which no service can connect to`,
      `It must listen (mode bind, protocol raw) at ${formatAddress(wanted)}: ${edit}.`,
    );
  }
  return failed(
    `the ${purpose} (${device.name}) is at ${place}, but ${variable} says ${formatAddress(wanted)}`,
    `Set ${variable}=${place}, or ${edit}.`,
  );
}

function describe(source: Source): string {
  return source.kind === 'other' ? source.description : formatAddress(source.address);
}

function isExposed(source: Source): boolean {
  return source.kind === 'listening' && !isLoopback(source.address);
}

/** With the variables that differ from their defaults: they may not be exported where it is run. */
function addSerialsCommand({ domain, serial, heart, host }: Machine): string {
  const dataAddress = formatAddress(serial);
  const heartAddress = formatAddress(heart);
  return [
    ...(domain === 'pbot-vm' ? [] : [`PBOTVM_DOMAIN=${domain}`]),
    ...(dataAddress === '127.0.0.1:5555' ? [] : [`PBOTVM_SERIAL=${dataAddress}`]),
    ...(heartAddress === '127.0.0.1:5556' ? [] : [`PBOTVM_HEART=${heartAddress}`]),
    'deploy/add-serials',
    '--connect',
    host.uri,
  ].join(' ');
}
