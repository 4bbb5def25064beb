import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExecutorServiceService } from '../../../../services/gen/pbot/vm/v1/executor.js';
import { Gatekeeper } from '../../../../services/lib/access/gatekeeper.js';
import { tokenInterceptor } from '../../../../services/lib/access/token-interceptor.js';
import { createClient } from '../../../../services/lib/rpc/client.js';
import { type CallContext, unary } from '../../../../services/lib/rpc/handler.js';
import { callHeaders } from '../../../support/call-headers.js';
import { waitFor } from '../../../support/wait.js';
import { keepingLog, type Loopback, serve } from '../loopback.js';

const { listLanguages } = ExecutorServiceService;

let loopback: Loopback;
let lines: string[];
let refused: string[];
let handle: (context: CallContext) => Promise<void>;

beforeEach(async () => {
  const keeping = keepingLog();
  lines = keeping.lines;
  refused = [];
  handle = () => Promise.resolve();
  const gatekeeper = new Gatekeeper({
    service: 'executor',
    tokens: () => tokens,
    nowMs: () => 0,
  });
  const interceptor = tokenInterceptor({
    gatekeeper,
    executionMethods: [listLanguages.path],
    onRefused: (reason) => refused.push(reason),
    log: keeping.log,
  });
  const implementation = {
    listLanguages: unary(keeping.log, async (_request, context) => {
      await handle(context);
      return { languages: [] };
    }),
  };
  loopback = await serve([{ definition: ExecutorServiceService, implementation }], {
    interceptors: [interceptor],
  });
});

afterEach(async () => {
  await loopback.stop();
});

const tokens = [
  {
    name: 'alice',
    digest: createHash('sha256').update('token-of-alice').digest(),
    services: ['executor'] as const,
    rate: undefined,
    concurrency: 1,
  },
];

function connect(token: string) {
  return createClient(ExecutorServiceService, {
    target: loopback.target,
    options: { interceptors: [callHeaders({ authorization: `Bearer ${token}` })] },
  });
}

async function call(token: string, signal?: AbortSignal) {
  const client = connect(token);
  try {
    return await client.listLanguages({}, { timeoutMs: 5000, signal });
  } finally {
    client.close();
  }
}

describe('calls without a token that is known', () => {
  it('calls without a known token make one line of the log, however many there are', async () => {
    for (let i = 0; i < 50; i += 1) {
      await expect(call(`guess-${i}`)).rejects.toMatchObject({ reason: 'TOKEN_UNKNOWN' });
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/"reason":"TOKEN_UNKNOWN".*"a call is refused: /);
  });
});

describe('calls that are reported as refused', () => {
  it('a rejected execution is reported with its reason, and no other call is', async () => {
    await call('token-of-alice');
    await expect(call('guess')).rejects.toThrow();
    const client = connect('guess');
    await expect(client.execute({ program: undefined }, { timeoutMs: 5000 })).rejects.toMatchObject(
      {
        reason: 'TOKEN_UNKNOWN',
      },
    );
    client.close();
    expect(refused).toEqual(['TOKEN_UNKNOWN']);
  });
});

describe('a place among the executions of a token', () => {
  it('a place is kept while somebody holds it, even when the client has gone away', async () => {
    let letGo: (() => void) | undefined;
    const leaving = new AbortController();
    handle = ({ client: { holdPlace } }) => {
      letGo = holdPlace?.();
      leaving.abort();
      return new Promise(() => undefined);
    };
    await expect(call('token-of-alice', leaving.signal)).rejects.toMatchObject({
      code: status.CANCELLED,
    });
    await waitFor('the handler', () => letGo !== undefined);
    handle = () => Promise.resolve();
    for (let i = 0; i < 5; i += 1) {
      await expect(call('token-of-alice')).rejects.toMatchObject({
        reason: 'CONCURRENCY_EXCEEDED',
      });
    }
    letGo?.();
    await expect(call('token-of-alice')).resolves.toEqual({ languages: [] });
    await expect(call('token-of-alice')).resolves.toEqual({ languages: [] });
  });

  it('a place that nobody holds is free when the client goes away', async () => {
    const leaving = new AbortController();
    handle = () => {
      leaving.abort();
      return new Promise(() => undefined);
    };
    await expect(call('token-of-alice', leaving.signal)).rejects.toThrow();
    handle = () => Promise.resolve();
    await waitFor('a place', () =>
      call('token-of-alice').then(
        () => true,
        () => false,
      ),
    );
  });
});
