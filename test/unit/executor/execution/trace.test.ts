import { SpanStatusCode } from '@opentelemetry/api';
import { beforeEach, describe, expect, it } from 'vitest';
import { cancelled, machineNotReady } from '../../../../services/executor/errors.js';
import type {
  ExecutionResult,
  PhaseResult,
} from '../../../../services/executor/execution/result.js';
import { ExecutionTrace } from '../../../../services/executor/execution/trace.js';
import { inSpan } from '../../../../services/lib/telemetry/tracing.js';
import { keepSpans } from '../../lib/kept-spans.js';

const identity = {
  executionId: 'e1',
  requestId: 'me#c',
  machine: 'vm',
  generation: 7,
  language: 'c11',
};

const nothing = new Uint8Array();
const noOutput = { data: nothing, totalBytes: 0, droppedBytes: 0, tail: nothing, truncated: false };

function phaseResult(ending: Pick<PhaseResult, 'outcome' | 'limit'>): PhaseResult {
  const usage = { wallTimeMs: 1, peakMemoryBytes: 0, peakProcesses: 0 };
  return { command: [], stdout: noOutput, stderr: noOutput, usage, ...ending };
}

const resultWith = (phases: Pick<ExecutionResult, 'compile' | 'run'>): ExecutionResult => ({
  ...identity,
  files: [],
  filesTruncated: false,
  ...phases,
});

const exit = (exitCode: number) => ({ outcome: { kind: 'exited', exitCode } }) as const;

const spans = keepSpans();

beforeEach(() => {
  spans.reset();
});

async function admitted(): Promise<ExecutionTrace> {
  const trace = new ExecutionTrace({ requestId: 'me#c', language: 'c' });
  await trace.begin(() => {
    trace.onAdmitted(identity);
    return Promise.resolve();
  });
  return trace;
}

describe('an execution', () => {
  it('an execution has a span, and one below it for its wait, each phase and its files', async () => {
    const trace = await admitted();
    trace.onStep({ kind: 'phase-started', phase: 'compile' });
    trace.onStep({ kind: 'phase-finished', ending: exit(0) });
    trace.onStep({ kind: 'phase-started', phase: 'run' });
    trace.onStep({ kind: 'phase-finished', ending: exit(3) });
    trace.onStep({ kind: 'files-awaited' });
    const phases = { compile: phaseResult(exit(0)), run: phaseResult(exit(3)) };
    const end = { kind: 'result', result: resultWith(phases) } as const;
    trace.onStep({ kind: 'over', end });
    trace.end(end);
    expect(spans.paths()).toEqual([
      'execution > wait for a place',
      'execution > compile',
      'execution > run',
      'execution > files',
      'execution',
    ]);
    expect(spans.one('run').attributes).toEqual({ 'pbotvm.exit_code': 3 });
    expect(spans.one('execution').attributes).toEqual({
      'pbotvm.execution.id': 'e1',
      'pbotvm.request.id': 'me#c',
      'pbotvm.machine': 'vm',
      'pbotvm.generation': 7,
      'pbotvm.language': 'c11',
      'pbotvm.outcome': 'result',
      'pbotvm.exit_code': 3,
    });
  });

  it('an execution that a limit ends in the middle of a phase reports it on both spans, and is no error', async () => {
    const trace = await admitted();
    trace.onStep({ kind: 'phase-started', phase: 'run' });
    const run = phaseResult({ limit: 'wall time' });
    const end = { kind: 'result', result: resultWith({ run }) } as const;
    trace.onStep({ kind: 'over', end });
    trace.end(end);
    for (const name of ['run', 'execution']) {
      expect(spans.one(name).attributes).toMatchObject({ 'pbotvm.limit': 'wall time' });
      expect(spans.one(name).status.code).toBe(SpanStatusCode.UNSET);
    }
  });

  it('an execution whose machine is lost is an error, and its phase ends with it', async () => {
    const trace = await admitted();
    trace.onStep({ kind: 'phase-started', phase: 'run' });
    const end = { kind: 'lost', detail: 'the channel was cut' } as const;
    trace.onStep({ kind: 'over', end });
    trace.end(end);
    expect(spans.paths()).toContain('execution > run');
    expect(spans.one('execution').status).toEqual({
      code: SpanStatusCode.ERROR,
      message: 'the channel was cut',
    });
  });

  it('an execution that finds no machine ends with its wait', async () => {
    const trace = new ExecutionTrace({ requestId: '', language: 'sh' });
    const refused = trace.begin(() =>
      Promise.reject(machineNotReady({ detail: 'vm is offline', isLasting: false })),
    );
    await expect(refused).rejects.toThrow('vm is offline');
    expect(spans.paths()).toEqual(['execution > wait for a place', 'execution']);
    const { status, attributes } = spans.one('execution');
    expect(status.code).toBe(SpanStatusCode.ERROR);
    expect(attributes).toEqual({ 'pbotvm.language': 'sh', 'error.type': 'MACHINE_NOT_READY' });
  });

  it('an execution that its client gives up while it waits is no error of ours', async () => {
    const trace = new ExecutionTrace({ requestId: '', language: 'sh' });
    await expect(trace.begin(() => Promise.reject(cancelled()))).rejects.toThrow();
    expect(spans.one('execution').status.code).toBe(SpanStatusCode.UNSET);
  });

  it('an execution has what it brings about in its trace, after its end too', async () => {
    const trace = await admitted();
    trace.end({ kind: 'lost', detail: 'the channel was cut' });
    await trace.within(() => inSpan('report', {}, () => Promise.resolve()));
    expect(spans.paths()).toContain('execution > report');
  });
});
