import { status } from '@grpc/grpc-js';
import {
  type Context,
  context,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { RpcError } from '../rpc/error.js';

/** Makes the spans of all programs. They go nowhere, and cost next to nothing, unless telemetry was started. */
export const tracer = trace.getTracer('pbot-vm');

/**
 * Runs a task inside a span that ends with it: spans that the task begins are its children, and log lines carry it.
 *
 * @param options.parent the context that the span begins in; by default the one that is active
 */
export function inSpan<T>(
  name: string,
  options: SpanOptions & { readonly parent?: Context },
  task: (span: Span) => Promise<T>,
): Promise<T> {
  const { parent = context.active(), ...rest } = options;
  return tracer.startActiveSpan(name, rest, parent, async (span) => {
    try {
      return await task(span);
    } catch (error) {
      noteFailure(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Tells in a span how its work has failed. What the client has done wrong is no error of the one who serves it. */
export function noteFailure(span: Span, error: unknown): void {
  const { code, reason, message } = RpcError.from(error);
  span.setAttribute('error.type', reason);
  if (serverFailures.includes(code)) span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** As the semantic conventions of OpenTelemetry have it. */
const serverFailures: readonly status[] = [
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
];
