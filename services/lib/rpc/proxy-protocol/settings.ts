// The setting that names the proxies whose word about a client counts.

import { BlockList, isIP } from 'node:net';
import * as z from 'zod';
import { parsedText } from '../../config/parsed-text.js';
import type { Setting } from '../../config/settings.js';
import { UserError } from '../../process/user-error.js';

/** Addresses and networks. */
export interface TrustedProxies {
  readonly names: readonly string[];
  includes(address: string | undefined): boolean;
}

export const proxies: Setting<TrustedProxies> = {
  variable: 'PBOTVM_PROXY',
  defaultText: 'not set',
  description:
    'Proxies, addresses or networks by comma, that must begin each connection with a header of the PROXY protocol v2',
  schema: z
    .string()
    .default('')
    .transform(parsedText({ parse: parseProxies })),
};

function parseProxies(text: string): TrustedProxies {
  const names = text === '' ? [] : text.split(',');
  const list = new BlockList();
  for (const name of names) addTo(list, name);
  return {
    names,
    includes: (address) => address !== undefined && list.check(address, familyOf(address)),
  };
}

/** @throws UserError */
function addTo(list: BlockList, name: string): void {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(name) ?? [];
  const maxPrefix = isIP(address) === 4 ? 32 : 128;
  const prefixBits = Number(prefix ?? maxPrefix);
  if (isIP(address) === 0 || prefixBits > maxPrefix) {
    throw new UserError(
      `holds "${name}", which is neither an address nor a network as 10.0.0.0/24`,
    );
  }
  list.addSubnet(address, prefixBits, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
