// Check of `pbot-vm doctor`: the languages that the Executor knows.

import { ExecutorServiceService } from '../../../services/gen/pbot/vm/v1/executor.js';
import { connect } from '../../../services/lib/access/client-access.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import type { Host } from '../host.js';
import { type Check, type Finding, failed, ok, skippedUntil, titles, warning } from './check.js';
import { callLimitMs } from './limits.js';
import { callAdvice, type ServiceAnswer } from './service.js';

/** Whether programs can be run in any language at all. */
export function languagesCheck(host: Host, executor: () => Promise<ServiceAnswer>): Check {
  return {
    title: 'languages',
    run: async () => {
      if (!['serving', 'unready'].includes((await executor()).kind)) {
        return skippedUntil(titles.executor, 'the Executor was not asked');
      }
      try {
        return judgeLanguages(await listLanguages(host));
      } catch (error) {
        const failure = RpcError.from(error);
        return failed(failure.message, callAdvice(failure));
      }
    },
  };
}

/** Judges the names of the languages that the Executor knows. */
export function judgeLanguages(names: readonly string[]): Finding {
  if (names.length > 0) return ok(`${names.length} (${names.join(', ')})`);
  return warning(
    'none: no machine has reported to the Executor what it can run',
    'See what "heartbeat" says; in the guest, guest-server must run.',
  );
}

async function listLanguages({ addresses, access }: Host): Promise<string[]> {
  const client = connect(ExecutorServiceService, { address: addresses.executor, access });
  try {
    const { languages } = await client.listLanguages({}, { timeoutMs: callLimitMs });
    return languages.map((language) => language.name);
  } finally {
    client.close();
  }
}
