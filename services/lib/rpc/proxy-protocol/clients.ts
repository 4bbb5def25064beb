// Who a connection is from: the client that a trusted proxy names, else whoever opened it.

import type { Socket } from 'node:net';
import { type Endpoint, readProxyHeader } from './header.js';
import type { TrustedProxies } from './settings.js';

/** A proxy that connects sends its header within this time. */
const headerTimeoutMs = 5000;

const named = new WeakMap<Socket, Endpoint>();

/** The endpoint of the client; `undefined` at a Unix socket. */
export function clientEndpoint(socket: Socket): Endpoint | undefined {
  const { remoteAddress: address, remotePort: port } = socket;
  const seen = address === undefined ? undefined : { address, port: port ?? 0 };
  return named.get(socket) ?? seen;
}

/** Reads the header of a connection that a trusted proxy has opened, then passes the connection on. */
export function receiveFromProxy(
  socket: Socket,
  options: {
    proxies: TrustedProxies;
    pass: (socket: Socket) => void;
    onProblem: (problem: string) => void;
  },
): void {
  const { proxies, pass, onProblem } = options;
  if (!proxies.includes(socket.remoteAddress)) {
    pass(socket);
    return;
  }
  let seen = Buffer.alloc(0);
  const leave = () => socket.destroy();
  const look = () => {
    for (let chunk: unknown = socket.read(); chunk !== null; chunk = socket.read()) {
      seen = Buffer.concat([seen, chunk as Buffer]);
    }
    const reading = readProxyHeader(seen);
    switch (reading.kind) {
      case 'incomplete':
        return;
      case 'invalid':
        onProblem(reading.problem);
        leave();
        return;
      case 'header':
        socket.off('readable', look).off('error', leave).off('end', leave).setTimeout(0, leave);
        if (reading.client !== undefined) named.set(socket, reading.client);
        if (seen.length > reading.bytes) socket.unshift(seen.subarray(reading.bytes));
        pass(socket);
    }
  };
  socket.on('error', leave).on('end', leave).setTimeout(headerTimeoutMs, leave);
  socket.on('readable', look);
}
