import { credentials, status } from '@grpc/grpc-js';
import { ExecutorServiceClient } from '../gen/pbot/vm/v1/executor.js';
import { type Address, formatAddress, grpcTarget } from '../lib/address.js';
import { clientOptions } from '../lib/rpc-client.js';
import type { RpcError } from '../lib/rpc-error.js';

/** A client of the Executor. It may receive results of any size that the Executor makes. */
export function connectExecutor(address: Address): ExecutorServiceClient {
  return new ExecutorServiceClient(grpcTarget(address), credentials.createInsecure(), {
    ...clientOptions,
    'grpc.max_receive_message_length': -1,
  });
}

/** What a user at a shell is told. */
export function describeFailure(error: RpcError, address: Address): string {
  // An Executor gives each of its errors a reason; a status without one is the transport's own.
  const isTransport = error.code === status.UNAVAILABLE && error.reason === 'UNAVAILABLE';
  return isTransport
    ? `no Executor answers at ${formatAddress(address)}: start vm-server, or set PBOTVM_SERVER`
    : error.message;
}
