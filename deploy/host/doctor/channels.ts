import { type Address, formatAddress, isLoopback } from '../../../services/lib/config/address.js';
import type { Host } from '../host.js';
import { virtioPorts } from '../libvirt/domain-xml.js';
import { type Check, type Finding, failed, ok, titles, warning } from './check.js';
import { type DomainFacts, isAlive, withoutDomain } from './domain.js';

/** Whether the domain has both channels, at the addresses that the services use. */
export function channelsCheck(host: Host, domain: () => Promise<DomainFacts>): Check {
  return { title: titles.channels, run: async () => judgeChannels(host, await domain()) };
}

/** Judges the definition of the domain: the one that runs, and the one that the next start uses. */
export function judgeChannels(host: Host, domain: DomainFacts): Finding {
  if (domain.kind !== 'found') return withoutDomain(domain, host);
  const now = judgeDefinition(host, parseDevices(domain.xml));
  if (!isAlive(domain)) return now;
  const next = judgeDefinition(host, parseDevices(domain.storedXml));
  const { uri, domain: name } = host;
  if (now.level === 'failed' && next.level !== 'failed') {
    return failed(
      `the domain ${name} runs without the channels that its definition has by now`,
      `Start it anew (a reboot inside the guest is not enough): "virsh -c ${uri} shutdown ${name}", then "virsh -c ${uri} start ${name}"; then take a new snapshot.`,
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

/** A serial port or a virtio channel of a domain. */
interface Device {
  /** As messages name it. */
  readonly name: string;
  readonly source: Source;
}

type Source =
  | { readonly kind: 'listening'; readonly address: Address }
  /** Not one that a service can connect to. */
  | { readonly kind: 'other'; readonly description: string };

/** The guest takes the virtio port where it exists. */
const candidates = {
  data: [`virtio channel ${virtioPorts.data}`, 'serial port 1'],
  heart: [`virtio channel ${virtioPorts.heart}`, 'serial port 2'],
} as const;

/** libvirt writes each definition in the same form, whatever the XML looked like that it was given. */
function parseDevices(xml: string): Device[] {
  const elements = xml.matchAll(/<(serial|channel) type='([^']*)'>([\s\S]*?)<\/\1>/g);
  return [...elements].flatMap(([, , type = '', content = '']) => {
    const target = attributesOf('target', content);
    const name = deviceName(target);
    return name === undefined ? [] : [{ name, source: parseSource(type, content) }];
  });
}

/** Serial ports on USB and PCI are numbered too, but never become ttyS1 or ttyS2. */
function deviceName(target: Attributes): string | undefined {
  if (target['type'] === 'isa-serial') return `serial port ${target['port']}`;
  return target['type'] === 'virtio' ? `virtio channel ${target['name']}` : undefined;
}

function parseSource(type: string, content: string): Source {
  const { mode, host, service, path } = attributesOf('source', content);
  const protocol = attributesOf('protocol', content)['type'] ?? 'raw';
  const isUsable = mode === 'bind' && protocol === 'raw';
  if (isUsable && type === 'unix' && path !== undefined) {
    return { kind: 'listening', address: { kind: 'unix', path } };
  }
  const port = Number(service);
  if (isUsable && type === 'tcp' && host !== undefined && Number.isInteger(port)) {
    return { kind: 'listening', address: { kind: 'tcp', host, port } };
  }
  const details = [mode, host, service, path, protocol === 'raw' ? undefined : protocol];
  const description = [`of type ${type}`, ...details.filter((each) => each !== undefined)].join(
    ' ',
  );
  return { kind: 'other', description };
}

type Attributes = Readonly<Record<string, string | undefined>>;

function attributesOf(element: string, content: string): Attributes {
  const words = new RegExp(`<${element}\\b([^>]*)>`).exec(content)?.[1] ?? '';
  const pairs = [...words.matchAll(/([\w-]+)='([^']*)'/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unescapeXml(value)]));
}

function unescapeXml(text: string): string {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(
    /&(lt|gt|quot|apos|amp);/g,
    (entity, name: string) => characters[name] ?? entity,
  );
}

function judgeDefinition(host: Host, devices: readonly Device[]): Finding {
  const channels = [
    {
      purpose: 'data channel',
      variable: 'PBOTVM_SERIAL',
      wanted: host.addresses.data,
      device: findDevice(devices, candidates.data),
    },
    {
      purpose: 'heartbeat',
      variable: 'PBOTVM_HEART',
      wanted: host.addresses.heart,
      device: findDevice(devices, candidates.heart),
    },
  ];
  const present = channels.flatMap(({ device, ...channel }) =>
    device === undefined ? [] : [{ ...channel, device }],
  );
  if (present.length < channels.length) {
    const missing = channels.filter(({ device }) => device === undefined);
    return failed(
      `the domain ${host.domain} has no ${missing.map(({ purpose }) => purpose).join(' and no ')}`,
      `Run "${addSerialsCommand(host)}", then start the domain anew.`,
    );
  }
  const misplaced = present.find(({ wanted, device }) => !reaches(wanted, device.source));
  if (misplaced !== undefined) return judgeMisplaced(host, misplaced);
  const detail = present
    .map(({ purpose, device }) => `${purpose} is ${device.name} at ${describe(device.source)}`)
    .join(', ');
  const exposed = present.filter(({ device }) => isExposed(device.source));
  if (exposed.length === 0) return ok(detail);
  return warning(
    `${detail}: other hosts can reach the ${exposed.map(({ purpose }) => purpose).join(' and the ')}`,
    `Set the host to 127.0.0.1 with "virsh -c ${host.uri} edit ${host.domain}", then start the domain anew.`,
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
  { uri, domain }: Host,
  channel: { purpose: string; variable: string; wanted: Address; device: Device },
): Finding {
  const { purpose, variable, wanted, device } = channel;
  const place = describe(device.source);
  const edit = `change the domain with "virsh -c ${uri} edit ${domain}" and start it anew`;
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
function addSerialsCommand({ domain, uri, addresses }: Host): string {
  const data = formatAddress(addresses.data);
  const heart = formatAddress(addresses.heart);
  return [
    ...(domain === 'pbot-vm' ? [] : [`PBOTVM_DOMAIN=${domain}`]),
    ...(data === '127.0.0.1:5555' ? [] : [`PBOTVM_SERIAL=${data}`]),
    ...(heart === '127.0.0.1:5556' ? [] : [`PBOTVM_HEART=${heart}`]),
    'deploy/add-serials',
    '--connect',
    uri,
  ].join(' ');
}
