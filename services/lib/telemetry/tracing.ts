// Spans of our own work, by the API of OpenTelemetry.

import {
  type Context,
  context,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

/** Makes the spans of all programs. Unless telemetry was started they go nowhere and cost almost nothing. */
export const tracer = trace.getTracer('pbot-vm');

/**
 * Runs a task inside a span that ends with the task. Spans that the task begins are its children; log lines carry its id.
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

/** What an error says of itself for the span whose work it has ended. */
export interface SpanFailure {
  /** A stable constant. */
  readonly reason: string;
  /** Whether the one who serves the call has failed. What the client has done wrong is no error of the server. */
  readonly isServerFailure: boolean;
}

/** Notes in a span how its work has failed. An error that does not describe itself may hold secrets: its text stays out. */
export function noteFailure(span: Span, error: unknown): void {
  if (!describesItself(error)) {
    span.setAttribute('error.type', 'INTERNAL');
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'unexpected; the log has the error' });
    return;
  }
  span.setAttribute('error.type', error.reason);
  if (error.isServerFailure) span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}

function describesItself(error: unknown): error is Error & SpanFailure {
  return error instanceof Error && 'reason' in error && 'isServerFailure' in error;
}
