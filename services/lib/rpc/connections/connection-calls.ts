// What the calls of one connection have in common: who makes them, that they make it busy, how long a request may take
// to arrive, and that errors of grpc-js have a reason.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';
import { RpcError } from '../error.js';
import { acceptedEncoding, explainErrors } from '../framework-errors.js';
import { clientEndpoint } from '../proxy-protocol/clients.js';
import type { Endpoint } from '../proxy-protocol/header.js';
import type { Connection } from './connections.js';

/** A call's first message must have arrived after this time; a request of one message must have ended as well. */
const requestTimeoutMs = 60_000;

/** Health and reflection: whoever asks for them waits for nothing. */
const commonServices = '/grpc.';

/** Gives the calls of a connection what gRPC does not see through the guard. */
export function connectionCalls(options: {
  connection: Connection;
  /** Inside TLS where there is some. */
  socket: Socket;
}): ServerInterceptor {
  const { connection, socket } = options;
  const client = clientEndpoint(connection.socket);
  return ({ path, requestStream }, call) => {
    const begin = () => (path.startsWith(commonServices) ? () => undefined : connection.begin());
    return new ConnectedCall(call, { socket, client, begin, isStream: requestStream });
  };
}

interface CallOptions {
  readonly socket: Socket;
  readonly client: Endpoint | undefined;
  /** Makes the connection busy until what it returns is called. */
  readonly begin: () => () => void;
  /** Whether the request has many messages. */
  readonly isStream: boolean;
}

class ConnectedCall extends ServerInterceptingCall {
  readonly #socket: Socket;
  readonly #client: Endpoint | undefined;

  constructor(call: ServerInterceptingCallInterface, options: CallOptions) {
    const { socket, client, begin, isStream } = options;
    let lateness: NodeJS.Timeout | undefined;
    let end: (() => void) | undefined;
    let hasBegun = false;
    explainErrors(call, () => hasBegun);
    const listener = new ServerListenerBuilder()
      // Not called for a call that is over already, and neither is the last one.
      .withOnReceiveMetadata((metadata, next) => {
        const late = () => call.sendStatus(incomplete().toStatus());
        lateness = setTimeout(late, requestTimeoutMs).unref();
        next(metadata);
      })
      .withOnReceiveMessage((message, next) => {
        end ??= begin();
        if (isStream) {
          clearTimeout(lateness);
          hasBegun = true;
        }
        next(message);
      })
      .withOnReceiveHalfClose((next) => {
        clearTimeout(lateness);
        hasBegun = true;
        next();
      })
      // Called after every end of a call. A message may come even then.
      .withOnCancel(() => {
        clearTimeout(lateness);
        end?.();
        end = () => undefined;
      })
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendMetadata((metadata, next) => {
        // grpc-js would offer to take compressed messages.
        for (const [key, value] of Object.entries(acceptedEncoding)) metadata.set(key, value);
        next(metadata);
      })
      .build();
    super(call, responder);
    this.#socket = socket;
    this.#client = client;
  }

  override getPeer(): string {
    return this.#client === undefined ? 'unknown' : `${this.#client.address}:${this.#client.port}`;
  }

  override getAuthContext(): ReturnType<ServerInterceptingCall['getAuthContext']> {
    const socket = this.#socket;
    if (!(socket instanceof TLSSocket) || !socket.authorized) return {};
    const sslPeerCertificate = socket.getPeerCertificate();
    return { transportSecurityType: 'ssl', sslPeerCertificate };
  }

  override getConnectionInfo(): ReturnType<ServerInterceptingCall['getConnectionInfo']> {
    const { localAddress, localPort } = this.#socket;
    const { address: remoteAddress, port: remotePort } = this.#client ?? {};
    return { localAddress, localPort, remoteAddress, remotePort };
  }
}

function incomplete(): RpcError {
  return new RpcError({
    reason: 'REQUEST_INCOMPLETE',
    message: `The request has not arrived within ${requestTimeoutMs / 1000} s.`,
    metadata: { execution: 'NOT_STARTED' },
  });
}
