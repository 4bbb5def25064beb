import { credentials } from '@grpc/grpc-js';
import { ExecutorServiceClient } from '../../services/gen/pbot/vm/v1/executor.js';
import { type Address, grpcTarget } from '../../services/lib/address.js';
import { callUnary, clientOptions } from '../../services/lib/rpc-client.js';
import { RpcError } from '../../services/lib/rpc-error.js';
import { type Check, type Finding, failed, ok, skippedUntil, titles, warning } from './check.js';
import { type ServiceAnswer, startAdvice, timeoutMs } from './service.js';

/** Whether programs can be run in any language at all. */
export function languagesCheck(address: Address, executor: () => Promise<ServiceAnswer>): Check {
  return {
    title: 'languages',
    run: async () => {
      if ((await executor()).kind !== 'serving') {
        return skippedUntil(titles.executor, 'the Executor was not asked');
      }
      try {
        return judgeLanguages(await listLanguages(address));
      } catch (error) {
        return failed(RpcError.from(error).message, startAdvice);
      }
    },
  };
}

/** Judges the names of the languages that the Executor knows. */
export function judgeLanguages(names: readonly string[]): Finding {
  if (names.length > 0) return ok(`${names.length} (${names.join(', ')})`);
  return warning(
    'none: no machine has told the Executor what it can run',
    'See what "heartbeat" says; in the guest, guest-server must run.',
  );
}

async function listLanguages(address: Address): Promise<string[]> {
  const client = new ExecutorServiceClient(
    grpcTarget(address),
    credentials.createInsecure(),
    clientOptions,
  );
  try {
    const list = client.listLanguages.bind(client);
    const { languages } = await callUnary(list, {}, { timeoutMs });
    return languages.map((language) => language.name);
  } finally {
    client.close();
  }
}
