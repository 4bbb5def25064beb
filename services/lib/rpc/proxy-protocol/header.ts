// The header of the PROXY protocol, version 2: a proxy says in it for whom it opens a connection. Pure.

import { SocketAddress } from 'node:net';

/** Where a client connects from. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What the first bytes of a connection are. */
export type HeaderReading =
  /** Too few bytes to tell. */
  | { readonly kind: 'incomplete' }
  /** `client` is undefined where the proxy connects for itself, or for a client without an Internet address. */
  | { readonly kind: 'header'; readonly bytes: number; readonly client: Endpoint | undefined }
  | { readonly kind: 'invalid'; readonly problem: string };

const signature = Buffer.from([
  0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
]);

/** Signature, version and command, family and protocol, length of the rest. */
const fixedBytes = signature.length + 4;

/** The rest holds addresses and what a proxy adds. HAProxy adds less than 1 KiB. */
const maxRestBytes = 4096;

const commands = { local: 0x20, proxy: 0x21 } as const;

/** Families of TCP connections: how long an address is, and how it is written. */
const families: ReadonlyMap<number, { bytes: number; format: (address: Buffer) => string }> =
  new Map([
    [0x11, { bytes: 4, format: (address) => [...address].join('.') }],
    [0x21, { bytes: 16, format: formatIpv6 }],
  ]);

export function readProxyHeader(data: Buffer): HeaderReading {
  const start = data.subarray(0, signature.length);
  if (!start.equals(signature.subarray(0, start.length))) {
    return { kind: 'invalid', problem: 'it does not begin with a header of the PROXY protocol' };
  }
  if (data.length < fixedBytes) return { kind: 'incomplete' };
  const command = data.readUInt8(signature.length);
  if (command !== commands.local && command !== commands.proxy) {
    return { kind: 'invalid', problem: `its header has the unknown command ${command}` };
  }
  const restBytes = data.readUInt16BE(fixedBytes - 2);
  if (restBytes > maxRestBytes) {
    return { kind: 'invalid', problem: `its header has ${restBytes} bytes of addresses` };
  }
  const family = families.get(data.readUInt8(signature.length + 1));
  const isForClient = command === commands.proxy && family !== undefined;
  if (isForClient && restBytes < 2 * family.bytes + 4) {
    return { kind: 'invalid', problem: 'its header is too short for its addresses' };
  }
  const bytes = fixedBytes + restBytes;
  if (data.length < bytes) return { kind: 'incomplete' };
  if (!isForClient) return { kind: 'header', bytes, client: undefined };
  // Addresses of client and server, then their ports.
  const address = family.format(data.subarray(fixedBytes, fixedBytes + family.bytes));
  const port = data.readUInt16BE(fixedBytes + 2 * family.bytes);
  return { kind: 'header', bytes, client: { address, port } };
}

function formatIpv6(address: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => address.readUInt16BE(2 * i).toString(16));
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}
