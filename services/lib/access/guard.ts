// What stands before a service beyond loopback: TLS, certificates of clients, tokens.

import type { ServerInterceptor } from '@grpc/grpc-js';
import { type Address, isLoopback } from '../config/address.js';
import { FileBacked } from '../process/file-backed.js';
import type { Log } from '../process/log.js';
import { Gatekeeper } from './gatekeeper.js';
import type { ServerTlsFiles } from './tls.js';
import { tokenInterceptor } from './token-interceptor.js';
import { readTokenFile, type ServiceName, type TokenEntry } from './tokens.js';

/** What the variables say of listeners beyond loopback. */
export interface GuardConfig {
  /** `false` where somebody else encrypts the connections. */
  readonly tls: boolean;
  /** Names of PEM files. */
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly tlsClientCa: string | undefined;
  /** Name of the file of tokens. */
  readonly tokens: string | undefined;
}

/** What stands before a service. */
export interface Guard {
  /** Where connections must be of TLS. */
  readonly tls: ServerTlsFiles | undefined;
  readonly interceptors: readonly ServerInterceptor[];
  /** For the log: who may call. */
  readonly admits: string;
}

/** The guard of a listener: on loopback and Unix sockets none, whatever is set. */
export function guardOf(options: {
  service: ServiceName;
  address: Address;
  config: GuardConfig;
  /** That count against the limits of a token. */
  executionMethods?: readonly { readonly path: string }[];
  /** Called with the reason when a token, or the lack of one, has such a call rejected. */
  onRefused?: (reason: string) => void;
  log: Log;
}): Guard {
  const { service, address, config, executionMethods = [], log } = options;
  const { onRefused = () => undefined } = options;
  if (isLoopback(address)) {
    const admits = address.kind === 'unix' ? 'this user' : 'all users of this host';
    return { tls: undefined, interceptors: [], admits };
  }
  const tls = tlsFilesOf(config);
  const interceptors: ServerInterceptor[] = [];
  if (config.tokens !== undefined) {
    const gatekeeper = new Gatekeeper({
      service,
      tokens: tokensOf(config.tokens, log),
      nowMs: () => performance.now(),
    });
    const paths = executionMethods.map(({ path }) => path);
    interceptors.push(tokenInterceptor({ gatekeeper, executionMethods: paths, onRefused, log }));
  }
  const proofs = [
    ...(tls?.clientCa === undefined ? [] : ['a certificate']),
    ...(config.tokens === undefined ? [] : ['a token']),
  ];
  if (proofs.length > 0)
    return { tls, interceptors, admits: `clients with ${proofs.join(' and ')}` };
  log.warn('everybody who reaches this listener may call it: there are no tokens and no client CA');
  return { tls, interceptors, admits: 'everybody' };
}

function tlsFilesOf({
  tls,
  tlsCert,
  tlsKey,
  tlsClientCa,
}: GuardConfig): ServerTlsFiles | undefined {
  if (!tls || tlsCert === undefined || tlsKey === undefined) return undefined;
  return { cert: tlsCert, key: tlsKey, clientCa: tlsClientCa };
}

function tokensOf(path: string, log: Log): () => readonly TokenEntry[] {
  const backed = new FileBacked({
    paths: [path],
    make: () => readTokenFile(path),
    onChange: (error) => {
      if (error === undefined) log.info('the tokens were read again');
      else
        log.error(
          `the tokens that have changed can't be used, the old ones stay: ${error.message}`,
        );
    },
  });
  return () => backed.current;
}
