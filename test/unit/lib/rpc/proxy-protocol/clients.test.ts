import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { readSettings } from '../../../../../services/lib/config/settings.js';
import { CleanupStack } from '../../../../../services/lib/process/cleanup.js';
import { openListener } from '../../../../../services/lib/rpc/listener.js';
import { clientEndpoint } from '../../../../../services/lib/rpc/proxy-protocol/clients.js';
import { proxies } from '../../../../../services/lib/rpc/proxy-protocol/settings.js';
import { freePorts } from '../../../../support/ports.js';
import { keepingLog } from '../../loopback.js';
import { headerFor, rawHeader } from './proxy-header.js';

const cleanup = new CleanupStack();

afterEach(() => cleanup.run());

/** A listener that answers with the address of the client, as it and its shares know it, and echoes. */
async function connected(trusted: string): Promise<{ client: Socket; lines: string[] }> {
  const [port] = (await freePorts(1)) as [number];
  const { log, lines } = keepingLog();
  const listener = await openListener(
    { kind: 'tcp', host: '127.0.0.1', port },
    {
      onConnection: ({ socket, peer }) => {
        socket.on('error', () => socket.destroy());
        socket.write(`${clientEndpoint(socket)?.address} ${peer} `);
        socket.pipe(socket);
      },
      maxConnections: 10,
      proxies: readSettings({ proxies }, { PBOTVM_PROXY: trusted }).proxies,
      log,
    },
  );
  cleanup.defer(() => listener.close());
  const client = connect(port, '127.0.0.1');
  cleanup.defer(() => void client.destroy());
  client.on('error', () => undefined);
  return { client, lines };
}

async function allOf(client: Socket): Promise<string> {
  let text = '';
  client.on('data', (data) => {
    text += data.toString();
  });
  await once(client, 'close');
  return text;
}

const header = headerFor({ address: Buffer.from([10, 1, 2, 3]), port: 4000 });

it('a client of a trusted proxy keeps its address, and its first bytes', async () => {
  const { client } = await connected('127.0.0.0/8');
  // One byte at a time: each part of the header may come by itself.
  for (const byte of header) client.write(Buffer.from([byte]));
  client.end('hello');
  expect(await allOf(client)).toBe('10.1.2.3 10.1.2.3 hello');
});

it('a trusted proxy that connects for itself has its own address', async () => {
  const { client } = await connected('127.0.0.1');
  client.end(
    Buffer.concat([
      rawHeader({ command: 0x20, family: 0, rest: Buffer.alloc(0) }),
      Buffer.from('a'),
    ]),
  );
  expect(await allOf(client)).toBe('127.0.0.1 undefined a');
});

it('a connection of a trusted proxy without a header is closed, and the log says so', async () => {
  const { client, lines } = await connected('127.0.0.1');
  client.write('hello');
  expect(await allOf(client)).toBe('');
  expect(lines.join()).toContain('does not begin with a header of the PROXY protocol');
});

it('the header of anybody else is no header', async () => {
  const { client } = await connected('10.0.0.1');
  client.end(header);
  expect(await allOf(client)).toBe(`127.0.0.1 undefined ${header.toString()}`);
});
