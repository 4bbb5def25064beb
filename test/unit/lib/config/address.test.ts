import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Address,
  formatAddress,
  grpcTarget,
  isLoopback,
  parseAddress,
  socketOptions,
} from '../../../../services/lib/config/address.js';
import { UserError } from '../../../../services/lib/process/user-error.js';

const hostName = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,20}[A-Za-z0-9])?$/);

const tcpAddress = fc.record({
  kind: fc.constant('tcp' as const),
  host: fc.oneof(hostName, fc.ipV4(), fc.ipV6()),
  port: fc.integer({ min: 1, max: 65535 }),
});

const unixAddress = fc.record({
  kind: fc.constant('unix' as const),
  path: fc
    .string({ unit: 'binary' })
    .map((rest) => `/${rest}`)
    .filter((path) => Buffer.byteLength(path) <= 107),
});

const anyAddress: fc.Arbitrary<Address> = fc.oneof(tcpAddress, unixAddress);

describe('an address', () => {
  it('an address comes back from its text as it was', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
    );
  });

  it('a text that is no address is rejected by a UserError, whatever it holds', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string().map((rest) => `unix:${rest}`),
      fc.tuple(fc.string(), fc.string()).map(([host, port]) => `${host}:${port}`),
    );
    fc.assert(
      fc.property(text, (each) => {
        try {
          const address = parseAddress(each);
          expect(parseAddress(formatAddress(address))).toEqual(address);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });

  it.each([
    ['9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }],
    ['127.0.0.1:1', { kind: 'tcp', host: '127.0.0.1', port: 1 }],
    ['localhost:65535', { kind: 'tcp', host: 'localhost', port: 65535 }],
    ['[::1]:9000', { kind: 'tcp', host: '::1', port: 9000 }],
    ['vm-host.example:9000', { kind: 'tcp', host: 'vm-host.example', port: 9000 }],
    ['unix:/run/pbot-vm/executor', { kind: 'unix', path: '/run/pbot-vm/executor' }],
  ] as const)('is read from %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    '',
    '0',
    '65536',
    '123456',
    '-1',
    '9000 ',
    'port',
    ':9000',
    '[]:9000',
    'a b:9000',
    '-a:9000',
    'host:',
    'unix:',
    'unix:relative/path',
    `unix:/${'x'.repeat(107)}`,
  ])('"%s" is not read as an address', (text) => {
    expect(() => parseAddress(text)).toThrow(UserError);
  });

  it('the length of a Unix socket is counted in bytes, not in characters', () => {
    expect(() => parseAddress(`unix:/${'ü'.repeat(53)}`)).not.toThrow();
    expect(() => parseAddress(`unix:/${'ü'.repeat(54)}`)).toThrow('107 bytes');
  });
});

describe('what only programs of this host can reach', () => {
  it.each(['9000', '127.0.0.1:9000', '127.1.2.3:9000', 'localhost:9000', '[::1]:9000', 'unix:/s'])(
    '%s can be reached by programs of this host only',
    (text) => {
      expect(isLoopback(parseAddress(text))).toBe(true);
    },
  );

  it.each(['0.0.0.0:9000', '192.168.0.1:9000', '[::]:9000', 'example.org:9000', '128.0.0.1:9000'])(
    '%s can be reached from other hosts',
    (text) => {
      expect(isLoopback(parseAddress(text))).toBe(false);
    },
  );

  it.each(['127.example.org:9000', '127.0.0.1.example.org:9000'])(
    '%s can be reached from other hosts: anybody can own the name',
    (text) => {
      expect(isLoopback(parseAddress(text))).toBe(false);
    },
  );
});

describe('the target of gRPC and the options of a socket', () => {
  it('the target of gRPC is a DNS name or a path', () => {
    expect(grpcTarget(parseAddress('9000'))).toBe('dns:///127.0.0.1:9000');
    expect(grpcTarget(parseAddress('[::1]:9000'))).toBe('dns:///[::1]:9000');
    expect(grpcTarget(parseAddress('unix:/run/s'))).toBe('unix:/run/s');
  });

  it('the target of a service that listens at all addresses is this host', () => {
    expect(grpcTarget(parseAddress('0.0.0.0:9000'))).toBe('dns:///127.0.0.1:9000');
    expect(grpcTarget(parseAddress('[::]:9000'))).toBe('dns:///[::1]:9000');
  });

  it('a socket takes a host and a port, or a path', () => {
    expect(socketOptions(parseAddress('9000'))).toEqual({ host: '127.0.0.1', port: 9000 });
    expect(socketOptions(parseAddress('unix:/run/s'))).toEqual({ path: '/run/s' });
  });
});
