import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createExecutor } from '../../../services/executor/create-executor.js';
import type { Executor } from '../../../services/executor/executor.js';
import { builtInLimits } from '../../../services/lib/config/limit-table.js';
import { startGuest, type TestGuest } from '../../support/guest.js';
import { newestNodeDirectory } from '../../support/newest-node.js';
import { freePorts } from '../../support/ports.js';
import { waitFor } from '../../support/wait.js';

let guest: TestGuest;
let executor: Executor;

/** The first time, some hundred megabytes are loaded. */
const installTimeoutMs = 240_000;

beforeAll(async () => {
  const nodeDirectory = await newestNodeDirectory();
  const [data, heart] = (await freePorts(2)) as [number, number];
  guest = await startGuest({ data, heart }, { nodeDirectory });
  executor = createExecutor({
    machines: [{ name: 'vm', dataAddress: { kind: 'tcp', host: '127.0.0.1', port: data } }],
    isSingleUse: false,
    reportFault: () => Promise.resolve('ignored'),
    limits: { maxCodeBytes: 1024, timeLimitMs: 20_000, maxWaitMs: 0, table: builtInLimits },
    maxWaiting: 4,
    maxUnreadMs: 3000,
    log: pino({ level: 'silent' }),
  });
  executor.applyWatchdogState('vm', { state: 'ready', generation: 1, isPristine: true });
  await waitFor('the guest', () => executor.machines[0]?.isConnected);
}, installTimeoutMs);

afterAll(async () => {
  executor?.machines[0]?.closeSession();
  await guest?.stop();
});

describe('the guest server under the newest Node.js', () => {
  test('the guest server starts with those flags that the newest Node.js has', async () => {
    expect(guest.process.output()).toMatch(/^guest-server: version \S+ serves on listen:/m);
    expect(guest.process.output()).not.toContain('bad option');
  });

  test.each([
    ['sh', 'cat; echo "$1"', 'from stdin\nan argument\n'],
    ['c11', '#include <stdio.h>\nint main(int n, char **a) { puts(a[1]); }', 'an argument\n'],
  ])(
    'the guest server under the newest Node.js runs a program in %s',
    async (language, code, printed) => {
      const { run } = await executor.execute({
        program: {
          language,
          code,
          options: [],
          arguments: ['an argument'],
          stdin: Buffer.from('from stdin\n'),
          environment: {},
          timeLimitMs: undefined,
          maxOutputBytes: 0,
          requestId: '',
          machine: '',
          requester: '',
          files: [],
          outputFiles: [],
          maxKeptBytes: 0,
        },
        keepsOutput: true,
        client: { name: 'test', isKnown: false },
        sink: () => Promise.resolve(),
        signal: new AbortController().signal,
      });
      expect(Buffer.from(run?.stdout.data ?? []).toString()).toBe(printed);
      expect(run?.outcome).toEqual({ kind: 'exited', exitCode: 0 });
    },
  );
});
