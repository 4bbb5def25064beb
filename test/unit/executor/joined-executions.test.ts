import { beforeEach, describe, expect, it } from 'vitest';
import { programRequest } from '../../../services/executor/api/conversions.js';
import { machineLost, machineNotReady } from '../../../services/executor/errors.js';
import type { ExecutionResult } from '../../../services/executor/execution/result.js';
import type { ExecutionRequest } from '../../../services/executor/executor.js';
import { JoinedExecutions } from '../../../services/executor/joined-executions.js';
import { Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { settled } from '../lib/fake-call.js';
import { ManualClock } from '../watchdog/manual-clock.js';

const identity = {
  executionId: 'id',
  requestId: 'request',
  machine: 'pbot-vm',
  generation: 1,
  language: 'sh',
};
const result: ExecutionResult = { ...identity, files: [], filesTruncated: false };

interface Run {
  readonly request: ExecutionRequest;
  readonly resolve: (result: ExecutionResult) => void;
  readonly reject: (error: Error) => void;
}

let clock: ManualClock;
let runs: Run[];
let joined: JoinedExecutions;

beforeEach(() => {
  clock = new ManualClock();
  runs = [];
  joined = new JoinedExecutions({
    execute: (request) =>
      new Promise((resolve, reject) => {
        runs.push({ request, resolve, reject });
      }),
    maxBytes: 1_000_000,
    clock,
  });
});

function request(more: Partial<ExecutionRequest> = {}, requestId = 'request'): ExecutionRequest {
  return {
    program: programRequest(Program.fromPartial({ language: 'sh', code: 'true', requestId })),
    keepsOutput: true,
    sink: () => Promise.resolve(),
    signal: new AbortController().signal,
    client: { name: 'somebody', isKnown: true },
    ...more,
  };
}

describe('a request that is repeated', () => {
  it('a request that is repeated while it runs, and after that, runs once and has one result', async () => {
    const first = joined.execute(request(), 'digest');
    const second = joined.execute(request(), 'digest');
    await settled();
    runs[0]?.resolve(result);
    expect(await first).toBe(result);
    expect(await second).toBe(result);
    await clock.advance(59_999);
    expect(await joined.execute(request(), 'digest')).toBe(result);
    expect(runs).toHaveLength(1);
  });

  it('a request that is repeated 60 s after the end runs again', async () => {
    const first = joined.execute(request(), 'digest');
    await settled();
    runs[0]?.resolve(result);
    await first;
    await clock.advance(60_000);
    const second = joined.execute(request(), 'digest');
    await settled();
    expect(runs).toHaveLength(2);
    runs[1]?.resolve(result);
    await second;
  });

  it('a request that is repeated with another program, or without an id, is INVALID_ARGUMENT', async () => {
    void joined.execute(request(), 'digest');
    await expect(joined.execute(request(), 'other')).rejects.toMatchObject({
      violations: [{ field: 'program.request_id' }],
    });
    await expect(joined.execute(request({}, ''), 'digest')).rejects.toMatchObject({
      violations: [{ field: 'program.join_repeats' }],
    });
  });

  it('a request of another client, or of another requester, joins nothing', async () => {
    void joined.execute(request(), 'digest');
    void joined.execute(request({ client: { name: 'stranger', isKnown: true } }), 'digest');
    void joined.execute(request({ client: { name: 'somebody', isKnown: false } }), 'digest');
    const { program } = request();
    void joined.execute(request({ program: { ...program, requester: 'nick' } }), 'digest');
    await settled();
    expect(runs).toHaveLength(4);
  });

  it('a request that was not started runs again, one whose outcome is unknown does not', async () => {
    const first = joined.execute(request(), 'digest');
    await settled();
    runs[0]?.reject(machineNotReady({ detail: 'none', isLasting: false }));
    await expect(first).rejects.toMatchObject({ reason: 'MACHINE_NOT_READY' });
    const second = joined.execute(request(), 'digest');
    await settled();
    runs[1]?.reject(machineLost('pbot-vm', 'gone'));
    await expect(second).rejects.toMatchObject({ reason: 'MACHINE_LOST' });
    await expect(joined.execute(request(), 'digest')).rejects.toMatchObject({
      reason: 'MACHINE_LOST',
    });
    expect(runs).toHaveLength(2);
  });

  it('a request whose first client goes away goes on for those who joined, and for 2 s for those who may', async () => {
    const [one, other] = [new AbortController(), new AbortController()];
    void joined.execute(request({ signal: one.signal }), 'digest');
    void joined.execute(request({ signal: other.signal }), 'digest');
    await settled();
    one.abort();
    await clock.advance(10_000);
    expect(runs[0]?.request.signal.aborted).toBe(false);
    other.abort();
    await clock.advance(1999);
    const late = new AbortController();
    void joined.execute(request({ signal: late.signal }), 'digest');
    await clock.advance(10_000);
    expect(runs[0]?.request.signal.aborted).toBe(false);
    late.abort();
    await clock.advance(2000);
    expect(runs[0]?.request.signal.aborted).toBe(true);
    expect(runs).toHaveLength(1);
  });

  it('a request that is repeated has its clients hear once each that it has started', async () => {
    const heard: string[] = [];
    const hear = (name: string) => (of: { executionId: string }) => {
      heard.push(`${name}: ${of.executionId}`);
    };
    const first = joined.execute(request({ announce: hear('first') }), 'digest');
    await settled();
    runs[0]?.request.announce?.(identity);
    const second = joined.execute(request({ announce: hear('second') }), 'digest');
    await settled();
    runs[0]?.resolve(result);
    await Promise.all([first, second]);
    expect(heard).toEqual(['first: id', 'second: id']);
  });
});
