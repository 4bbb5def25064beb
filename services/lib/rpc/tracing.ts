// Spans of gRPC calls: one at the client, which sends the trace along, and one at the server.

import {
  InterceptingCall,
  type Interceptor,
  ListenerBuilder,
  type Metadata,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import {
  type Attributes,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { inSpan, tracer } from '../telemetry/tracing.js';
import { RpcError } from './error.js';

/** Standing streams, and what is asked every few seconds: their spans would bury all others. */
const untracedMethods: readonly string[] = [
  '/pbot.vm.v1.WatchdogService/WatchMachines',
  '/pbot.vm.v1.SnapshotService/GetDomain',
  '/pbot.vm.v1.SnapshotService/GetProcessorTime',
];

const untracedServices = /^\/grpc\.(health|reflection)\./;

const codeAttribute = 'rpc.grpc.status_code';

/** What the server's side of a call is known by. */
export interface ServedCall {
  readonly metadata: Metadata;
  getPath(): string;
}

/** Runs the handler of a call inside a span, in the trace that the client has sent in `traceparent`. */
export function inServerSpan<T>(call: ServedCall, handle: () => Promise<T>): Promise<T> {
  const path = call.getPath();
  if (!isTraced(path)) return handle();
  const parent = propagation.extract(ROOT_CONTEXT, call.metadata, metadataGetter);
  const options = { kind: SpanKind.SERVER, attributes: attributesOf(path), parent };
  return inSpan(nameOf(path), options, async (span) => {
    try {
      const answer = await handle();
      span.setAttribute(codeAttribute, status.OK);
      return answer;
    } catch (error) {
      span.setAttribute(codeAttribute, RpcError.from(error).code);
      throw error;
    }
  });
}

/** Gives each call of a client a span, and sends the trace along. */
export const tracingInterceptor: Interceptor = (options, nextCall) => {
  const { path } = options.method_definition;
  const call = nextCall(options);
  if (!isTraced(path)) return new InterceptingCall(call);
  const span = tracer.startSpan(nameOf(path), {
    kind: SpanKind.CLIENT,
    attributes: attributesOf(path),
  });
  if (!isSpanContextValid(span.spanContext())) return new InterceptingCall(call);
  const withSpan = trace.setSpan(context.active(), span);
  return new InterceptingCall(call, {
    start(metadata, _listener, next) {
      propagation.inject(withSpan, metadata, metadataSetter);
      const listener = new ListenerBuilder()
        .withOnReceiveStatus((end, pass) => {
          endClientSpan(span, end);
          pass(end);
        })
        .build();
      next(metadata, listener);
    },
  });
};

function endClientSpan(span: Span, { code, details }: StatusObject): void {
  span.setAttribute(codeAttribute, code);
  if (code !== status.OK) span.setStatus({ code: SpanStatusCode.ERROR, message: details });
  span.end();
}

function isTraced(path: string): boolean {
  return !untracedMethods.includes(path) && !untracedServices.test(path);
}

/** `pbot.vm.v1.ExecutorService/Execute` */
function nameOf(path: string): string {
  return path.slice(1);
}

function attributesOf(path: string): Attributes {
  const [service = '', method = ''] = nameOf(path).split('/');
  return { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method };
}

const metadataSetter = {
  set: (metadata: Metadata, key: string, value: string) => metadata.set(key, value),
};

const metadataGetter = {
  keys: (metadata: Metadata) => Object.keys(metadata.getMap()),
  get: (metadata: Metadata, key: string) => metadata.get(key).map(String),
};
