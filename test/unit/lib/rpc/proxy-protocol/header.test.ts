import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readProxyHeader } from '../../../../../services/lib/rpc/proxy-protocol/header.js';
import { headerFor, rawHeader } from './proxy-header.js';

const bytes = (constraints: fc.IntArrayConstraints) =>
  fc.uint8Array(constraints).map((data) => Buffer.from(data));
const ipv4 = bytes({ minLength: 4, maxLength: 4 });
const ipv6 = bytes({ minLength: 16, maxLength: 16 });
const port = fc.integer({ min: 0, max: 65535 });
const more = bytes({ maxLength: 300 });

it('a header names its client, however many bytes follow, and not before its last byte has come', () => {
  fc.assert(
    fc.property(ipv4, port, more, more, fc.nat(), (address, clientPort, extra, rest, cut) => {
      const header = headerFor({ address, port: clientPort }, extra);
      expect(readProxyHeader(Buffer.concat([header, rest]))).toEqual({
        kind: 'header',
        bytes: header.length,
        client: { address: [...address].join('.'), port: clientPort },
      });
      const part = header.subarray(0, cut % header.length);
      expect(readProxyHeader(part)).toEqual({ kind: 'incomplete' });
    }),
  );
});

it('a header names a client by IPv6 as Node.js writes its address', () => {
  fc.assert(
    fc.property(ipv6, port, (address, clientPort) => {
      const reading = readProxyHeader(headerFor({ address, port: clientPort }));
      const text = address.toString('hex').replace(/(.{4})(?!$)/g, '$1:');
      const expected = new SocketAddress({ address: text, family: 'ipv6' }).address;
      expect(reading).toMatchObject({ client: { address: expected, port: clientPort } });
    }),
  );
});

it('a proxy that connects for itself, or for a client of another family, names no client', () => {
  fc.assert(
    fc.property(more, fc.constantFrom(0x00, 0x12, 0x22, 0x31), (rest, family) => {
      for (const header of [
        rawHeader({ command: 0x20, family: 0x11, rest }),
        rawHeader({ command: 0x21, family, rest }),
      ]) {
        const bytesOfHeader = 16 + rest.length;
        expect(readProxyHeader(header)).toEqual({
          kind: 'header',
          bytes: bytesOfHeader,
          client: undefined,
        });
      }
    }),
  );
});

it('no bytes make the reader throw, and none but a signature begin a header', () => {
  fc.assert(
    fc.property(bytes({ minLength: 1, maxLength: 400 }), (data) => {
      const { kind } = readProxyHeader(data);
      expect(['invalid', 'incomplete']).toContain(kind);
      if (data[0] !== 0x0d) expect(kind).toBe('invalid');
    }),
  );
});

it.each([
  ['an unknown command', rawHeader({ command: 0x22, family: 0x11, rest: Buffer.alloc(12) })],
  ['another version', rawHeader({ command: 0x11, family: 0x11, rest: Buffer.alloc(12) })],
  [
    'too few bytes for its addresses',
    rawHeader({ command: 0x21, family: 0x21, rest: Buffer.alloc(35) }),
  ],
  ['too many bytes', rawHeader({ command: 0x21, family: 0x11, rest: Buffer.alloc(4097) })],
  ['the text of version 1', Buffer.from('PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n')],
])('a header with %s is invalid', (_, header) => {
  expect(readProxyHeader(header)).toMatchObject({ kind: 'invalid' });
});
