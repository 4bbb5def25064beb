// The settings of access beyond loopback: what a listener asks of its clients, and what a client shows to a service.

import * as z from 'zod';
import { type Address, formatAddress, isLoopback } from '../config/address.js';
import { checkedFileSchema, wordSchema } from '../config/setting-schemas.js';
import type { Setting } from '../config/settings.js';
import { readToken } from './client-access.js';
import { readCertificates, readServerFiles } from './tls.js';
import { readTokenFile } from './tokens.js';

const tls: Setting<boolean> = {
  variable: 'PBOTVM_TLS',
  defaultText: 'on',
  description: 'TLS beyond loopback: on, or off where a proxy or a mesh encrypts instead',
  schema: wordSchema(['on', 'off'], 'on').transform((text) => text === 'on'),
};

const tlsCert: Setting<string | undefined> = {
  variable: 'PBOTVM_TLS_CERT',
  defaultText: 'not set',
  description: 'File with the own certificate (PEM): of a listener; of a client that must have one',
  schema: checkedFileSchema(readCertificates),
  violation: (path, environment) => {
    const key = environment[tlsKey.variable];
    if (path === undefined) return undefined;
    if (!key) return `needs ${tlsKey.variable} beside it`;
    try {
      readServerFiles({ cert: path, key, clientCa: undefined });
      return undefined;
    } catch (error) {
      return `can't be used with ${tlsKey.variable}: ${String(error)}`;
    }
  },
};

const tlsKey: Setting<string | undefined> = {
  variable: 'PBOTVM_TLS_KEY',
  defaultText: 'not set',
  description: 'File with the private key of that certificate (PEM)',
  schema: z.string().optional(),
  violation: needsCertificate,
};

const tlsClientCa: Setting<string | undefined> = {
  variable: 'PBOTVM_TLS_CLIENT_CA',
  defaultText: 'not set',
  description:
    'File with the CA (PEM) that clients of a listener must have their certificates from',
  schema: checkedFileSchema(readCertificates),
  violation: needsCertificate,
};

const tlsCa: Setting<string | undefined> = {
  variable: 'PBOTVM_TLS_CA',
  defaultText: "Node.js's own",
  description:
    'File with the CA (PEM) that services beyond loopback must have their certificates from',
  schema: checkedFileSchema(readCertificates),
};

const tokens: Setting<string | undefined> = {
  variable: 'PBOTVM_TOKENS',
  defaultText: 'not set',
  description: 'File with the tokens that clients of a listener beyond loopback must have',
  schema: checkedFileSchema(readTokenFile),
};

const tokenFile: Setting<string | undefined> = {
  variable: 'PBOTVM_TOKEN_FILE',
  defaultText: 'not set',
  description: 'File with the token that is shown to services beyond loopback',
  schema: checkedFileSchema(readToken),
};

/** What a listener beyond loopback asks of its clients. */
export const guardSettings = { tls, tlsCert, tlsKey, tlsClientCa, tokens };

/** What a client shows to a service beyond loopback. */
export const accessSettings = { tls, tlsCert, tlsKey, tlsCa, tokenFile };

/**
 * The address of a service as the service itself reads it: beyond loopback it must be guarded.
 *
 * @param options.knowsClients whether clients must be known, because they may do harm
 */
export function guardedAddress(
  address: Setting<Address>,
  options: { knowsClients: boolean },
): Setting<Address> {
  return {
    ...address,
    violation: (where, environment) => {
      const missing = isLoopback(where) ? undefined : missingGuard(environment, options);
      if (missing === undefined) return undefined;
      return `(${formatAddress(where)}) is beyond loopback: ${missing}, or choose a loopback address or a Unix socket`;
    },
  };
}

function needsCertificate(
  path: string | undefined,
  environment: NodeJS.ProcessEnv,
): string | undefined {
  if (path === undefined || environment[tlsCert.variable]) return undefined;
  return `needs ${tlsCert.variable} beside it`;
}

/** What must be set first. */
function missingGuard(
  environment: NodeJS.ProcessEnv,
  { knowsClients }: { knowsClients: boolean },
): string | undefined {
  const isSet = (setting: Setting<unknown>) => Boolean(environment[setting.variable]);
  const certificate = `${tlsCert.variable} and ${tlsKey.variable}`;
  if (environment[tls.variable] === 'off') {
    return isSet(tokens) ? undefined : `with ${tls.variable}=off it needs ${tokens.variable}`;
  }
  if (!isSet(tlsCert)) {
    return isSet(tokens)
      ? `tokens must not travel in clear: set ${certificate} (or ${tls.variable}=off where a proxy encrypts)`
      : `set ${certificate} for TLS, and ${tokens.variable} for the tokens of clients`;
  }
  if (!knowsClients || isSet(tokens) || isSet(tlsClientCa)) return undefined;
  return `whoever calls it must be known: set ${tokens.variable} or ${tlsClientCa.variable}`;
}
