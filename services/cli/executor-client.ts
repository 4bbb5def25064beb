// Connects to the Executor, and says in a sentence why that failed.

import { ExecutorServiceService } from '../gen/pbot/vm/v1/executor.js';
import { type ClientAccess, connect } from '../lib/access/client-access.js';
import { type Address, formatAddress, isLoopback } from '../lib/config/address.js';
import { connectionFailure, type RpcClient } from '../lib/rpc/client.js';
import type { RpcError } from '../lib/rpc/error.js';
import './quick-ip-check.js';

/** A client of the Executor. It may receive results of any size that the Executor makes. */
export function connectExecutor(where: {
  address: Address;
  access: ClientAccess;
}): RpcClient<ExecutorServiceService> {
  return connect(ExecutorServiceService, where, { 'grpc.max_receive_message_length': -1 });
}

/** The sentence that a user at a shell reads about a call to the Executor. */
export function describeFailure(error: RpcError, address: Address): string {
  return describeFailureOf('Executor', error, address);
}

/** The same about any service. */
export function describeFailureOf(
  service: 'Executor' | 'Watchdog',
  error: RpcError,
  address: Address,
): string {
  if (!error.isOfConnection) return error.message;
  const place = formatAddress(address);
  const cause = connectionFailure(error.message);
  const advice = connectionAdvice(cause, address);
  if (advice !== undefined) return `the ${service} at ${place} can't be reached: ${advice}`;
  const what = `no ${service} answers at ${place}`;
  return isLoopback(address)
    ? `${what}: start vm-server, or set PBOTVM_SERVER to the Executor`
    : `${what} (${cause}): start it there, or set PBOTVM_SERVER to the Executor`;
}

/** What to do about a connection that TLS or a name prevents. */
function connectionAdvice(cause: string, address: Address): string | undefined {
  return advices.find(([pattern]) => pattern.test(cause))?.[1](cause, isLoopback(address));
}

type Advice = (cause: string, isLocal: boolean) => string;

/** Causes as Node.js, OpenSSL and grpc-js name them. */
const advices: readonly (readonly [RegExp, Advice])[] = [
  [/EACCES/, () => 'only the user who runs the services may; run this command as that user'],
  [
    /wrong version number|packet length too long|ERR_SSL_(WRONG_VERSION|PACKET_LENGTH)/i,
    () => 'it speaks without TLS; set PBOTVM_TLS=off if something else encrypts the connection',
  ],
  [
    /certificate required|bad certificate|handshake failure|alert number (116|42|40)/i,
    () =>
      'it asks for a certificate that it knows; set PBOTVM_TLS_CERT and PBOTVM_TLS_KEY to yours',
  ],
  [
    /unable to (verify|get)|self[- ]signed|UNABLE_TO|SELF_SIGNED/i,
    () => 'its certificate is not signed by a known CA; set PBOTVM_TLS_CA to the CA of the service',
  ],
  [
    /altnames|Hostname\/IP does not match/i,
    () => 'its certificate is for another name; use a name of the certificate in PBOTVM_SERVER',
  ],
  [
    /certificate has expired|CERT_HAS_EXPIRED/i,
    () => 'its certificate has expired; give the service a new one',
  ],
  [
    /ECONNRESET|socket hang up|Connection dropped|Protocol error|HTTP\/2 error|GOAWAY/i,
    (cause, isLocal) =>
      isLocal
        ? `the connection was closed (${cause}); if it uses TLS, set PBOTVM_SERVER to a name that is not loopback`
        : `the connection was closed (${cause}); compare PBOTVM_TLS here and there`,
  ],
  [
    /ENOTFOUND|EAI_AGAIN|Name resolution failed/i,
    () => 'its name is unknown; correct PBOTVM_SERVER',
  ],
];
