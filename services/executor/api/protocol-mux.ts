// One port for gRPC and for lines: the first bytes of a connection decide.

import type { Socket } from 'node:net';
import type { Address } from '../../lib/config/address.js';
import type { Log } from '../../lib/process/log.js';
import type { Connection } from '../../lib/rpc/connections/connections.js';
import { http2Preface } from '../../lib/rpc/connections/frames.js';
import { type Listener, openListener } from '../../lib/rpc/listener.js';
import type { TrustedProxies } from '../../lib/rpc/proxy-protocol/settings.js';
import type { Accept, RpcServer } from '../../lib/rpc/server.js';

/** First byte of a TLS handshake (RFC 8446, section 5.1). No line begins with this control character. */
const tlsHandshake = 0x16;

/** Fatal alert "protocol version": a TLS client reports it instead of waiting. */
const tlsAlert = Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]);

/** A client that connects must say something within this time. */
const firstByteTimeoutMs = 5000;

/**
 * One port for gRPC and for PBot's lines, told apart by the first bytes.
 *
 * @throws UserError where the address can't be listened on
 */
export async function openFrontDoor(options: {
  address: Address;
  rpc: RpcServer;
  /** TLS: has gRPC spoken through it only. */
  accept: Accept | undefined;
  /** Takes a connection that speaks lines; the bytes read so far are its to read again. */
  onLineConnection: (connection: Connection) => void;
  maxConnections: number;
  proxies: TrustedProxies;
  log: Log;
}): Promise<Listener> {
  const { address, rpc, accept, onLineConnection, log } = options;
  const onConnection = (connection: Connection) => {
    const { socket } = connection;
    tellApart(socket, {
      tls: () => {
        if (accept === undefined) refuseTls(socket);
        else accept(fullyClosing(socket), (secure) => rpc.serve(connection, secure));
      },
      http2: () => {
        if (accept === undefined) rpc.serve(connection, fullyClosing(socket));
        else socket.destroy();
      },
      lines: () => onLineConnection(connection),
    });
  };
  const { maxConnections, proxies } = options;
  const bounds = { maxConnections, proxies };
  return await openListener(address, { onConnection, allowHalfOpen: true, ...bounds, log });
}

/** Half-open connections are for lines: a client may close its side behind its line. */
function fullyClosing(socket: Socket): Socket {
  socket.allowHalfOpen = false;
  return socket;
}

function refuseTls(socket: Socket): void {
  const leave = () => socket.destroy();
  socket.on('error', leave);
  socket.resume().end(tlsAlert, leave);
}

function tellApart(
  socket: Socket,
  into: { tls: () => void; http2: () => void; lines: () => void },
): void {
  let seen = Buffer.alloc(0);
  const look = () => {
    for (let chunk: unknown = socket.read(); chunk !== null; chunk = socket.read()) {
      seen = Buffer.concat([seen, chunk as Buffer]);
    }
    const length = Math.min(seen.length, http2Preface.length);
    const mayBePreface = seen.subarray(0, length).equals(http2Preface.subarray(0, length));
    // Too little to tell: wait for more.
    if (mayBePreface && length < http2Preface.length) return;
    socket.off('readable', look);
    socket.off('error', leave);
    socket.off('end', leave);
    socket.setTimeout(0, leave);
    socket.unshift(seen);
    if (seen[0] === tlsHandshake) into.tls();
    else if (mayBePreface) into.http2();
    else into.lines();
  };
  // A client that goes away, or says nothing, before it was told apart is nobody's concern.
  const leave = () => socket.destroy();
  socket.on('error', leave);
  socket.on('end', leave);
  socket.setTimeout(firstByteTimeoutMs, leave);
  socket.on('readable', look);
}
