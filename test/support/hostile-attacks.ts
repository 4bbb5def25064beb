// What a hostile client does to a port, one attack each.

import { callHeaders, frame, HostileClient, messageFrame, types } from './hostile-client.js';
import { LineClient } from './line-client.js';

const perWrite = 64;

/** An attack, for as long as the server lets it go on, or until the signal. */
export interface Attack {
  readonly name: string;
  /** What the server says to each connection at its end; `undefined` where it does not end it. */
  readonly answer: RegExp | undefined;
  readonly run: (port: number, target: AttackTarget) => Promise<HostileClient[]>;
}

interface AttackTarget {
  /** The CA of the server; speaks TLS. */
  readonly ca?: Buffer;
  /** A method of the service with one message each way. */
  readonly path: string;
}

const streamOf = (index: number) => 2 * index + 1;

/** Groups what one round after the other sends. */
function batch(round: number, make: (index: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: perWrite }, (_, i) => make(perWrite * round + i)));
}

async function one(
  port: number,
  target: AttackTarget,
  next: (round: number) => Buffer | undefined,
): Promise<HostileClient[]> {
  const client = await HostileClient.connect(port, target);
  await client.flood(next);
  return [client];
}

/** The head of a stream and the first bytes of a message of 1 MiB that never ends. */
function bigUnfinishedRequest(streamId: number, path: string): Buffer {
  const part = Buffer.alloc(16 * 1024 - 5, 'x');
  return Buffer.concat([
    callHeaders(streamId, { path }),
    messageFrame(streamId, part, { length: 1024 * 1024 }),
    frame(types.data, { streamId, payload: Buffer.alloc(16 * 1024, 'x') }),
    frame(types.data, { streamId, payload: Buffer.alloc(16 * 1024, 'x') }),
  ]);
}

const tooMany = (what: string) => new RegExp(`^too many ${what}`);

export const attacks: readonly Attack[] = [
  {
    name: 'headers of 12.9 kB without a body, on ever new streams',
    answer: tooMany('bytes of headers'),
    run: (port, target) =>
      one(port, target, (round) =>
        batch(round, (i) => callHeaders(streamOf(i), { ...target, fillerBytes: 12_800 })),
      ),
  },
  {
    name: 'small headers without a body, on ever new streams',
    answer: tooMany('streams open'),
    run: (port, target) =>
      one(port, target, (round) => batch(round, (i) => callHeaders(streamOf(i), target))),
  },
  {
    name: 'whole calls of no method, on ever new streams',
    answer: tooMany('streams'),
    run: (port, target) =>
      one(port, target, (round) =>
        batch(round, (i) => callHeaders(streamOf(i), { path: '/no/method', ends: true })),
      ),
  },
  {
    name: 'streams that are opened and reset',
    answer: tooMany('streams reset'),
    run: (port, target) =>
      one(port, target, (round) =>
        batch(round, (i) => {
          const streamId = streamOf(i);
          const reset = frame(types.rstStream, { streamId, payload: Buffer.alloc(4, 8) });
          return Buffer.concat([callHeaders(streamId, target), reset]);
        }),
      ),
  },
  ...(
    [
      ['PING', types.ping, 0, 8],
      ['PRIORITY', types.priority, 1, 5],
      ['SETTINGS', types.settings, 0, 0],
      ['WINDOW_UPDATE', types.windowUpdate, 0, 4],
      ['unknown', types.unknown, 0, 100],
    ] as const
  ).map(
    ([name, type, streamId, length]): Attack => ({
      name: `frames of the type ${name}`,
      answer: tooMany('control frames'),
      run: (port, target) =>
        one(port, target, (round) =>
          batch(round, () => {
            const payload = Buffer.alloc(length);
            if (length > 0) payload.writeUInt8(1, length - 1);
            return frame(type, { streamId, payload });
          }),
        ),
    }),
  ),
  {
    name: 'requests of 1 MiB that never end, from many connections',
    answer: undefined,
    async run(port, target) {
      const clients: HostileClient[] = [];
      for (let c = 0; c < 40; c += 1) clients.push(await HostileClient.connect(port, target));
      await Promise.all(
        clients.map((client) =>
          client.flood((i) =>
            i < 200 ? bigUnfinishedRequest(streamOf(i), target.path) : undefined,
          ),
        ),
      );
      return clients;
    },
  },
];

/** Lines of some MiB without an end, one a connection. */
export async function unfinishedLines(
  port: number,
  options: { count: number; bytes: number },
): Promise<LineClient[]> {
  const clients: LineClient[] = [];
  for (let i = 0; i < options.count; i += 1) {
    const client = await LineClient.connect(port);
    clients.push(client);
    client.write(Buffer.alloc(options.bytes, 'x'));
  }
  return clients;
}

/** Connections that open streams, reset each and close. */
export async function resetAndClose(
  port: number,
  options: { connections: number; streams: number; path: string },
): Promise<void> {
  const { connections, streams, path } = options;
  const cancel = Buffer.alloc(4, 8);
  for (let c = 0; c < connections; c += 1) {
    const client = await HostileClient.connect(port);
    for (let i = 0; i < streams && client.isOpen; i += 1) {
      const streamId = streamOf(i);
      const reset = frame(types.rstStream, { streamId, payload: cancel });
      await client.send(Buffer.concat([callHeaders(streamId, { path }), reset]));
    }
    client.socket.end();
  }
}

/** Connections that speak HTTP/2, and then nothing. */
export async function openWithoutUse(port: number, count: number): Promise<HostileClient[]> {
  const clients: HostileClient[] = [];
  for (let i = 0; i < count; i += 1) clients.push(await HostileClient.connect(port));
  return clients;
}
