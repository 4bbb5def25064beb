import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ExecutorServiceService,
  Limit,
  Program,
} from '../../../services/gen/pbot/vm/v1/executor.js';
import { createClient } from '../../../services/lib/rpc/client.js';
import { callHeaders } from '../../support/call-headers.js';
import { sendLine } from '../../support/line-client.js';
import { type CollectedSpan, OtlpCollector } from '../../support/otlp-collector.js';
import { freePorts } from '../../support/ports.js';
import { outputOf, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

const soon = { OTEL_BSP_SCHEDULE_DELAY: '50' };

describe('a collector of traces', () => {
  let system: TestSystem;
  let collector: OtlpCollector;

  beforeAll(async () => {
    collector = await OtlpCollector.open();
    system = await TestSystem.create({
      PBOTVM_TIMEOUT: '2',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...soon,
    });
    await system.startAll();
  });

  afterAll(async () => {
    await system.stop();
    collector.close();
  });

  /** Runs a program for a client that is in the middle of a trace of its own. */
  async function runTraced(program: Partial<Program>) {
    const traceId = randomBytes(16).toString('hex');
    const spanId = randomBytes(8).toString('hex');
    const traceparent = `00-${traceId}-${spanId}-01`;
    const client = createClient(ExecutorServiceService, {
      target: system.target('executor'),
      options: { interceptors: [callHeaders({ traceparent })] },
    });
    const request = { program: Program.fromPartial(program) };
    const { result } = await client.execute(request, { timeoutMs: 30_000 });
    client.close();
    if (result === undefined) throw new Error('an answer without a result');
    return { result, traceId, spanId };
  }

  /** The spans of a trace, once those are among them: what the same programs have ended before has come then too. */
  async function spansOf(traceId: string, ...last: string[]) {
    const inTrace = () => collector.spans.filter((span) => span.traceId === traceId);
    await waitFor('the last spans of the trace', () => {
      const labels = inTrace().map(labelOf);
      return last.every((label) => labels.includes(label));
    });
    return inTrace();
  }

  const labelOf = ({ service, name }: CollectedSpan) =>
    `${service.replace('pbot-vm-', '')}: ${name.replace(/.*\//, '')}`;

  /** From the first one that was collected to the given one. */
  function pathTo(span: CollectedSpan | undefined, spans: readonly CollectedSpan[]): string[] {
    if (span === undefined) return [];
    const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
    return [...pathTo(parent, spans), labelOf(span)];
  }

  test("with a collector one trace goes from a client's traceparent through the Executor to its phases", async () => {
    const { result, traceId, spanId } = await runTraced({
      language: 'c11',
      code: '#include <stdio.h>\nint main(void) { fputs("x", fopen("a", "w")); return 3; }',
      outputFiles: ['a'],
      requestId: 'me#c',
    });
    const spans = await spansOf(traceId, 'executor: Execute');
    const paths = spans.map((span) => pathTo(span, spans).join(' > '));
    for (const child of ['wait for a place', 'compile', 'run', 'files']) {
      expect(paths).toContain(`executor: Execute > executor: execution > executor: ${child}`);
    }
    const call = spans.find(({ name }) => name.endsWith('/Execute'));
    expect(call?.parentSpanId).toBe(spanId);
    expect(call?.attributes).toMatchObject({ 'rpc.system': 'grpc', 'rpc.grpc.status_code': 0 });
    const execution = spans.find(({ name }) => name === 'execution');
    expect(execution?.attributes).toEqual({
      'pbotvm.execution.id': result.executionId,
      'pbotvm.request.id': 'me#c',
      'pbotvm.machine': 'pbot-vm',
      'pbotvm.generation': result.generation,
      'pbotvm.language': 'c11',
      'pbotvm.outcome': 'result',
      'pbotvm.exit_code': 3,
    });
    const line = system
      .service('executor')
      .output()
      .split('\n')
      .find((each) => each.includes(result.executionId));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      requestId: 'me#c',
      trace_id: traceId,
      span_id: execution?.spanId,
    });
  });

  test('with a collector a time-out has the Watchdog and the Snapshot service in the same trace', async () => {
    const { result, traceId } = await runTraced({
      language: 'sh',
      code: 'sleep 60',
    });
    expect(result.run?.limit).toBe(Limit.WALL_TIME);
    const last = ['Execute', 'ReportFault'].map((name) => `executor: ${name}`);
    const load = 'snapshot: RevertSnapshot';
    const spans = await spansOf(traceId, ...last, 'watchdog: revert', load);
    const find = (label: string) => spans.find((span) => labelOf(span) === label);
    expect(pathTo(find(load), spans)).toEqual([
      'executor: Execute',
      'executor: execution',
      'executor: ReportFault',
      'watchdog: ReportFault',
      'watchdog: revert',
      'watchdog: RevertSnapshot',
      load,
    ]);
    expect(find(load)?.attributes).toMatchObject({ 'pbotvm.method': 'in-place' });
    expect(find('watchdog: revert')?.attributes).toMatchObject({
      'pbotvm.machine': 'pbot-vm',
      'pbotvm.generation': result.generation + 1,
    });
    expect(find('executor: run')?.attributes).toEqual({
      'pbotvm.limit': 'wall time',
      'pbotvm.signal': 'SIGKILL',
    });
    await system.serving();
  });

  test("with a collector each of PBot's lines begins a trace", async () => {
    const line = { lang: 'sh', code: 'echo hi', nick: 'me', channel: '#line' };
    expect(await sendLine(system.ports.executor, JSON.stringify(line))).toBe('hi\n');
    const isOfLine = ({ attributes }: CollectedSpan) =>
      String(attributes['pbotvm.request.id']).includes('#line');
    const execution = await waitFor('its span', () => collector.spans.find(isOfLine));
    const spans = await spansOf(execution.traceId, 'executor: PBot line');
    const first = spans.find(({ name }) => name === 'PBot line');
    expect(first?.parentSpanId).toBe('');
    expect(execution.parentSpanId).toBe(first?.spanId);
  });

  test('with a collector a client of ours begins a trace too', async () => {
    const { stdout } = await system.command(system.programs.vmClient, ['-lang=sh', 'echo hi']);
    expect(stdout).toBe('hi\n');
    const call = await waitFor('its span', () =>
      collector.spans.find(({ service }) => service === 'vm-client'),
    );
    expect(call.parentSpanId).toBe('');
    const spans = await spansOf(call.traceId, 'executor: Answer');
    const served = spans.find(({ service }) => service !== 'vm-client');
    expect(pathTo(served, spans)[0]).toBe('vm-client: Answer');
  });

  test('with a collector spans travel as protobuf unless another format is set', async () => {
    const environment = { OTEL_EXPORTER_OTLP_PROTOCOL: '' };
    const { stdout } = await system.command(system.programs.vmExec, ['-lang=sh', 'echo hi'], {
      environment,
    });
    expect(stdout).toBe('hi\n');
    expect(collector.contentTypes).toContain('application/x-protobuf');
  });

  test('with console as the exporter the log takes the spans', async () => {
    await system.restart('executor', { environment: { OTEL_TRACES_EXPORTER: 'console' } });
    await system.serving();
    await waitFor('the line', () => system.service('executor').output().includes('span execution'));
    expect(system.service('executor').output()).toMatch(/"pbotvm.execution.id":"[0-9a-f-]{36}"/);
  });

  test('with a collector a call that is made every few seconds leaves no span', () => {
    const names = collector.spans.map(({ name }) => name.replace(/.*\//, ''));
    expect(names).not.toContain('WatchMachines');
    expect(names).not.toContain('GetDomain');
    expect(names).not.toContain('GetProcessorTime');
  });

  test('with a collector each service sends its metrics there, at the latest when it stops', async () => {
    for (const name of ['executor', 'watchdog', 'snapshot'] as const) {
      expect(await system.service(name).stop()).toBe(0);
      const names = collector.metrics.get(`pbot-vm-${name}`);
      expect(names).toContain('process_resident_memory_bytes');
    }
  });
});

describe('a collector that is not there', () => {
  test('a collector that is not there harms nothing, and is reported once', async () => {
    const [port = 0] = await freePorts(1);
    const system = await TestSystem.create({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
      ...soon,
    });
    try {
      await system.startAll();
      const complaints = () =>
        system
          .service('executor')
          .output()
          .split('\n')
          .filter((line) => line.includes('traces are not taken'));
      await waitFor('the complaint', () => complaints().length > 0);
      for (const text of ['1', '2', '3']) {
        expect(outputOf(await system.run(`echo ${text}; sleep 0.2`))).toBe(`${text}\n`);
      }
      const { stdout, exitCode } = await system.command(system.programs.vmExec, [
        '-lang=sh',
        'echo hi; exit 5',
      ]);
      expect({ stdout, exitCode }).toEqual({ stdout: 'hi\n', exitCode: 5 });
      expect(await system.service('executor').stop()).toBe(0);
      expect(complaints()).toHaveLength(1);
    } finally {
      await system.stop();
    }
  });
});

describe('disabled traces', () => {
  test('without traces nothing is sent, and nothing is loaded that could', async () => {
    const collector = await OtlpCollector.open();
    const system = await TestSystem.create(
      { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_SDK_DISABLED: 'true', ...soon },
      { changesPrograms: true },
    );
    try {
      // Whoever wanted it would say that it is missing.
      for (const sdk of ['telemetry-sdk.js', 'metrics-sdk.js']) {
        await rm(join(dirname(system.programs.executor), sdk));
      }
      await system.startAll();
      await system.run('true', { requestId: 'me#c' });
      await system.service('executor').stop();
      const log = system.service('executor').output();
      expect(log).toContain('"requestId":"me#c"');
      expect(log).not.toContain('trace');
      expect(collector.contentTypes).toEqual([]);

      await system.restart('executor', { environment: { OTEL_SDK_DISABLED: '' } });
      await system.serving();
      expect(system.service('executor').output()).toContain('there are no traces');
      expect(system.service('executor').output()).toContain('there are no metrics');
    } finally {
      await system.stop();
      collector.close();
    }
  });
});
