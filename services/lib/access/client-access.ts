// How a client gets into a service: TLS, its certificate and its token, beyond loopback.

import { readFileSync } from 'node:fs';
import {
  type ChannelCredentials,
  type ClientOptions,
  InterceptingCall,
  type Interceptor,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { type Address, grpcTarget, isLoopback } from '../config/address.js';
import { createClient, type RpcClient } from '../rpc/client.js';
import { tracingInterceptor } from '../rpc/tracing.js';
import { createTlsCredentials } from './tls.js';

/** How a client gets into a service beyond loopback. On loopback and Unix sockets nothing of it is used. */
export interface ClientAccess {
  /** `false` where somebody else encrypts the connection. */
  readonly tls: boolean;
  /** Names of PEM files: whose certificates servers must have, and the client's own. */
  readonly tlsCa: string | undefined;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  /** Name of the file with the client's token. */
  readonly tokenFile: string | undefined;
}

/**
 * A client of the service at an address, with the access that the address asks for. The service need not be there yet.
 *
 * @throws Error where a file of the access can't be used
 */
export function connect<D extends ServiceDefinition>(
  definition: D,
  where: { address: Address; access: ClientAccess },
  options: Partial<ClientOptions> = {},
): RpcClient<D> {
  const { address, access } = where;
  const isGuarded = !isLoopback(address);
  const interceptors = [tracingInterceptor];
  if (isGuarded && access.tokenFile !== undefined) {
    interceptors.push(bearerInterceptor(access.tokenFile));
  }
  return createClient(definition, {
    target: grpcTarget(address),
    ...(isGuarded && access.tls ? { credentials: tlsCredentials(access) } : {}),
    options: { interceptors, ...options },
  });
}

function tlsCredentials({ tlsCa, tlsCert, tlsKey }: ClientAccess): ChannelCredentials {
  return createTlsCredentials({ ca: tlsCa, cert: tlsCert, key: tlsKey });
}

/**
 * Reads the file with a client's token.
 *
 * @throws Error
 */
export function readToken(path: string): string {
  const token = readFileSync(path, 'utf8').trim();
  // RFC 6750, section 2.1.
  if (/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return token;
  throw new Error('it must hold one token and nothing else');
}

/** Sends the token with each call, and another one as soon as the file has another one. */
function bearerInterceptor(path: string): Interceptor {
  let token = readToken(path);
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        token = readTokenAgain(path, token);
        metadata.set('authorization', `Bearer ${token}`);
        next(metadata, listener);
      },
    });
}

function readTokenAgain(path: string, last: string): string {
  try {
    return readToken(path);
  } catch {
    return last;
  }
}
