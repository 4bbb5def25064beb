// Turns what libvirt has printed of one machine into the same of another: its name, its files, its channels.

import type { Address } from '../../../services/lib/config/address.js';
import { attributesOf } from '../../../services/snapshot/libvirt-xml.js';

/** What two machines of one host must not share. */
export interface Identity {
  readonly domain: string;
  readonly uuid: string;
  /** Holds all files of the machine. */
  readonly directory: string;
  readonly serial: Address;
  readonly heart: Address;
}

/** Whether libvirt prints the path as it is, so that it is found again. */
export function isPlainPath(path: string): boolean {
  return !/[<>&'"]/.test(path);
}

/**
 * Reads a definition of a domain, or a snapshot of it, as libvirt has printed it.
 *
 * @returns the same of the other machine. A snapshot has no parent then: only this one is taken over.
 */
export function changeIdentity(
  xml: string,
  { from, to }: { from: Identity; to: Identity },
): string {
  return xml
    .replace(/<parent>.*?<\/parent>\s*/s, '')
    .replace(domainNames, (_whole, before: string, after: string) => before + to.domain + after)
    .replaceAll(from.uuid, () => to.uuid)
    .replace(/<source mode='bind'[^>]*>/g, (source) => moveChannel(source, { from, to }))
    .replaceAll(`${from.directory}/`, () => `${to.directory}/`);
}

/** The name of a domain is its first element. Snapshots and processors have names too. */
const domainNames = /(<(?:domain|inactiveDomain)\s[^>]*>\s*<name>)[^<]*(<\/name>)/g;

function moveChannel(source: string, { from, to }: { from: Identity; to: Identity }): string {
  if (isAt(source, from.serial)) return withAddress(source, to.serial);
  return isAt(source, from.heart) ? withAddress(source, to.heart) : source;
}

function isAt(source: string, address: Address): boolean {
  const { path, host, service } = attributesOf(source, /<source\s/);
  return address.kind === 'unix'
    ? path === address.path
    : host === address.host && service === String(address.port);
}

function withAddress(source: string, address: Address): string {
  return address.kind === 'unix'
    ? withAttribute(source, 'path', address.path)
    : withAttribute(withAttribute(source, 'host', address.host), 'service', String(address.port));
}

function withAttribute(tag: string, name: string, value: string): string {
  return tag.replace(new RegExp(`(?<= ${name}=')[^']*`), () => value);
}
