// Reads the serial ports and virtio channels out of a definition that libvirt has printed.

import type { Address } from '../../../services/lib/config/address.js';
import { type Attributes, attributesOf } from '../../../services/snapshot/libvirt-xml.js';

/** A serial port or a virtio channel of a domain. */
export interface Device {
  /** As messages name it. */
  readonly name: string;
  readonly source: Source;
}

/** What the host's end of a device is connected to. */
export type Source =
  | { readonly kind: 'listening'; readonly address: Address }
  /** Not one that a service can connect to. */
  | { readonly kind: 'other'; readonly description: string };

/** Reads a definition that libvirt has printed. */
export function parseDevices(xml: string): Device[] {
  const elements = xml.matchAll(/<(serial|channel) type='([^']*)'>([\s\S]*?)<\/\1>/g);
  return [...elements].flatMap(([, , type = '', content = '']) => {
    const target = attributesOf(content, /<target\s/);
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
  const { mode, host, service, path } = attributesOf(content, /<source\s/);
  const protocol = attributesOf(content, /<protocol\s/)['type'] ?? 'raw';
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
