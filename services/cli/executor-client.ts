// Connects to the Executor, and says in a sentence why that failed.

import { ExecutorServiceService } from '../gen/pbot/vm/v1/executor.js';
import { type ClientAccess, connect } from '../lib/access/client-access.js';
import { type Address, formatAddress, isLoopback } from '../lib/config/address.js';
import { connectionFailure, type RpcClient } from '../lib/rpc/client.js';
import type { RpcError } from '../lib/rpc/error.js';

/** A client of the Executor. It may receive results of any size that the Executor makes. */
export function connectExecutor(where: {
  address: Address;
  access: ClientAccess;
}): RpcClient<ExecutorServiceService> {
  return connect(ExecutorServiceService, where, { 'grpc.max_receive_message_length': -1 });
}

/** The sentence that a user at a shell reads. */
export function describeFailure(error: RpcError, address: Address): string {
  if (!error.isOfConnection) return error.message;
  const what = `no Executor answers at ${formatAddress(address)}`;
  return isLoopback(address)
    ? `${what}: start vm-server, or set PBOTVM_SERVER`
    : `${what} (${connectionFailure(error.message)})`;
}
