import { status } from '@grpc/grpc-js';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HealthService } from '../../../../services/gen/grpc/health/v1/health.js';
import { ExecutorServiceService } from '../../../../services/gen/pbot/vm/v1/executor.js';
import { createClient, type RpcClient } from '../../../../services/lib/rpc/client.js';
import { RpcError } from '../../../../services/lib/rpc/error.js';
import { serverStream, unary } from '../../../../services/lib/rpc/handler.js';
import { tracingInterceptor } from '../../../../services/lib/rpc/tracing.js';
import { inSpan } from '../../../../services/lib/telemetry/tracing.js';
import { callHeaders } from '../../../support/call-headers.js';
import { keepSpans } from '../kept-spans.js';
import { type Loopback, serve, silentLog } from '../loopback.js';

const name = 'pbot.vm.v1.ExecutorService/ListLanguages';

const spans = keepSpans();
let loopback: Loopback;
let client: RpcClient<ExecutorServiceService>;
let failure: Error | undefined;

beforeEach(async () => {
  spans.reset();
  failure = undefined;
  const implementation = {
    listLanguages: unary(silentLog, async () => {
      if (failure !== undefined) throw failure;
      return await inSpan('work', {}, () => Promise.resolve({ languages: [] }));
    }),
    streamExecute: serverStream(silentLog, () => inSpan('work', {}, () => Promise.resolve())),
  };
  loopback = await serve([{ definition: ExecutorServiceService, implementation }]);
  client = createClient(ExecutorServiceService, {
    target: loopback.target,
    options: {
      interceptors: [tracingInterceptor],
    },
  });
});

afterEach(async () => {
  client.close();
  await loopback.stop();
});

const call = () => client.listLanguages({}, { timeoutMs: 5000 });

describe('a call', () => {
  it('a call is one trace from its client through its server to the work of the handler', async () => {
    await inSpan('begin', {}, call);
    expect(spans.paths()).toContain(`begin > ${name} > ${name} > work`);
    for (const kind of [SpanKind.CLIENT, SpanKind.SERVER]) {
      expect(spans.one(name, kind).attributes).toEqual({
        'rpc.system': 'grpc',
        'rpc.service': 'pbot.vm.v1.ExecutorService',
        'rpc.method': 'ListLanguages',
        'rpc.grpc.status_code': status.OK,
      });
    }
  });

  it('a call that answers with a stream is one trace too', async () => {
    for await (const _each of client.streamExecute({ program: undefined })) continue;
    const stream = 'pbot.vm.v1.ExecutorService/StreamExecute';
    expect(spans.paths()).toContain(`${stream} > ${stream} > work`);
  });

  it('a call continues the trace of any client', async () => {
    const traceparent = '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01';
    const plain = createClient(ExecutorServiceService, {
      target: loopback.target,
      options: { interceptors: [callHeaders({ traceparent })] },
    });
    await plain.listLanguages({}, { timeoutMs: 5000 });
    plain.close();
    const span = spans.one(name);
    expect(span.spanContext().traceId).toBe('0123456789abcdef0123456789abcdef');
    expect(span.parentSpanContext?.spanId).toBe('0123456789abcdef');
  });

  it('a call with a bad request is an error in the span of the client alone', async () => {
    failure = RpcError.badRequest([{ field: 'program', description: 'is required' }]);
    await expect(call()).rejects.toThrow();
    const server = spans.one(name, SpanKind.SERVER);
    expect(server.status.code).toBe(SpanStatusCode.UNSET);
    expect(server.attributes).toMatchObject({
      'rpc.grpc.status_code': status.INVALID_ARGUMENT,
      'error.type': 'INVALID_REQUEST',
    });
    expect(spans.one(name, SpanKind.CLIENT).status.code).toBe(SpanStatusCode.ERROR);
  });

  it('an unexpected error marks the span of the server and keeps its text out', async () => {
    failure = new Error('the secret is 42');
    await expect(call()).rejects.toThrow();
    const { status: end, attributes } = spans.one(name, SpanKind.SERVER);
    expect(end.code).toBe(SpanStatusCode.ERROR);
    expect(JSON.stringify([end, attributes])).not.toContain('42');
  });

  it('a health check leaves no span', async () => {
    const health = createClient(HealthService, {
      target: loopback.target,
      options: {
        interceptors: [tracingInterceptor],
      },
    });
    await health.check({ service: '' }, { timeoutMs: 5000 });
    health.close();
    expect(spans.all()).toEqual([]);
  });
});
