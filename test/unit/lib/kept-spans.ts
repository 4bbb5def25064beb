// Keeps the spans of a test.

import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** The spans of this process that have ended, in this order. */
export interface KeptSpans {
  all(): readonly ReadableSpan[];
  /** The only one of that name, and that kind where two sides of a call share the name. */
  one(name: string, kind?: ReadableSpan['kind']): ReadableSpan;
  /** `one > other`: as often as there are parents that have ended too. */
  paths(): string[];
  reset(): void;
}

/** Switches telemetry on for this process, for good: a tracer keeps the first provider that it finds. */
export function keepSpans(): KeptSpans {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  const all = () => exporter.getFinishedSpans();
  const pathOf = (span: ReadableSpan): string => {
    const parent = all().find(
      (each) => each.spanContext().spanId === span.parentSpanContext?.spanId,
    );
    return parent === undefined ? span.name : `${pathOf(parent)} > ${span.name}`;
  };
  return {
    all,
    one(name, kind) {
      const found = all().filter(
        (span) => span.name === name && (kind === undefined || span.kind === kind),
      );
      const [span] = found;
      if (span === undefined || found.length > 1) {
        throw new Error(`there are ${found.length} spans "${name}"`);
      }
      return span;
    },
    paths: () => all().map(pathOf),
    reset: () => exporter.reset(),
  };
}
