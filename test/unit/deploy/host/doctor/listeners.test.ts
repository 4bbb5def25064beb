import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  isListening,
  type Listeners,
  parseTcpListeners,
  parseUnixListeners,
  readListeners,
} from '../../../../../deploy/host/doctor/listeners.js';
import { parseAddress } from '../../../../../services/lib/config/address.js';

const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:15B3 00000000:0000 0A 00000000:00000000 00:00000000 00000000 64055        0 129817 1 000000007ede8ab0 100 0 0 10 0
   2: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1209 1 00000000056d112a 100 0 0 10 0
   5: 0100007F:A0F8 0100007F:9663 06 00000000:00000000 03:00000533 00000000     0        0 0 3 00000000dfe8bdc0
  16: 0100007F:9346 0100007F:15B3 01 00000000:00000000 00:00000000 00000000     0        0 189548 2 00000000aaf98927 20 4 28 12 -1
`;

const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:B7A2 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 215696 1 00000000760bb103 100 0 0 10 0
   1: 00000000000000000000000000000000:B7A3 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 215697 1 000000009626bcc3 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:B7A4 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 215698 1 0000000088e57b2f 100 0 0 10 0
`;

const unix = `Num       RefCount Protocol Flags    Type St Inode Path
00000000ff9bb866: 00000002 00000000 00010000 0001 01 37118 /run/libvirt/virtlogd-sock
00000000f7f839cf: 00000003 00000000 00000000 0001 03 204593 /run/connected.sock
000000009f6e828b: 00000003 00000000 00000000 0001 03  1205
00000000ac88013b: 00000002 00000000 00010000 0001 01 210957 /run/with a space
00000000ac88013c: 00000002 00000000 00010000 0001 01 210958 @/abstract
`;

describe('the tables of sockets of the kernel', () => {
  it('the tables of sockets of the kernel show TCP ports that wait for connections, and no connections', () => {
    expect(parseTcpListeners(tcp)).toEqual([
      { host: '127.0.0.1', port: 5555 },
      { host: '0.0.0.0', port: 2024 },
    ]);
  });

  it('the tables of sockets of the kernel show those of IPv6', () => {
    expect(parseTcpListeners(tcp6)).toEqual([
      { host: '::1', port: 47010 },
      { host: '::', port: 47011 },
      { host: '127.0.0.1', port: 47012 },
    ]);
  });

  it('the tables of sockets of the kernel show Unix sockets that wait for connections', () => {
    expect(parseUnixListeners(unix)).toEqual(['/run/libvirt/virtlogd-sock', '/run/with a space']);
  });

  it('the tables of sockets of the kernel show a server that has just started, and no longer when it is closed', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const bound = server.address();
    const port = typeof bound === 'object' ? bound?.port : undefined;
    const address = parseAddress(String(port));
    expect(isListening(await readListeners(), address)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
    expect(isListening(await readListeners(), address)).toBe(false);
  });
});

describe('an address', () => {
  it.each([
    ['5555', '127.0.0.1', true],
    ['5555', '0.0.0.0', true],
    ['5555', '::', true],
    ['5555', '192.168.1.2', false],
    ['5555', '::1', false],
    ['localhost:5555', '127.0.0.1', true],
    ['localhost:5555', '::1', true],
    ['[0:0::1]:5555', '::1', true],
    ['5556', '127.0.0.1', false],
  ])('an address %s with a listener at %s: %s', (address, host, expected) => {
    const listeners: Listeners = { tcp: [{ host, port: 5555 }], unixPaths: [] };
    expect(isListening(listeners, parseAddress(address))).toBe(expected);
  });

  it('an address may be a Unix socket', () => {
    const listeners: Listeners = { tcp: [], unixPaths: ['/run/a'] };
    expect(isListening(listeners, parseAddress('unix:/run/a'))).toBe(true);
    expect(isListening(listeners, parseAddress('unix:/run/b'))).toBe(false);
  });
});
