import {
  type ContextManager,
  DiagLogLevel,
  diag,
  type TextMapPropagator,
  type TracerProvider,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  type ExportResult,
  ExportResultCode,
  hrTimeToMilliseconds,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { sleep, systemClock } from '../process/clock.js';
import type { SpanTarget, TelemetryLog } from './plan.js';

/** A collector that is away must not keep a program from ending. */
const stopLimitMs = 1000;

/** What makes and sends spans, for the API of OpenTelemetry. */
export interface Sdk {
  readonly contextManager: ContextManager;
  readonly propagator: TextMapPropagator;
  readonly tracerProvider: TracerProvider;
  /** Sends what has not been sent yet, within a second, and ends it. Never rejects. */
  readonly stop: () => Promise<void>;
}

/**
 * OpenTelemetry's SDK: loaded by `startTelemetry` alone, and by it only where traces are asked for. It reads the
 * further `OTEL_` variables itself.
 */
export function createSdk(options: {
  targets: readonly SpanTarget[];
  serviceName: string;
  log: TelemetryLog;
  exportLimitMs?: number;
}): Sdk {
  const { targets, serviceName, log } = options;
  tellMistakes(log);
  const own = resourceFromAttributes({ 'service.name': serviceName });
  const resource = own.merge(detectResources({ detectors: [envDetector] }));
  const spanProcessors = targets.map((target) => processorFor(target, options));
  const provider = new BasicTracerProvider({ resource, spanProcessors });
  // What it would say later, it would say of each export that fails.
  diag.disable();
  return {
    contextManager: new AsyncLocalStorageContextManager().enable(),
    propagator: new W3CTraceContextPropagator(),
    tracerProvider: provider,
    async stop() {
      const sent = new AbortController();
      const shutdown = provider.shutdown().catch(() => undefined);
      void shutdown.then(() => sent.abort());
      await sleep(systemClock, stopLimitMs, sent.signal);
    },
  };
}

/** Has the SDK tell what is wrong with the variables that it reads. */
function tellMistakes(log: TelemetryLog): void {
  const warn = (message: string) => log.warn(`OpenTelemetry: ${message}`);
  const ignore = () => undefined;
  const logger = { error: warn, warn, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

function processorFor(
  target: SpanTarget,
  { exportLimitMs, log }: { exportLimitMs?: number; log: TelemetryLog },
): SpanProcessor {
  const limit = exportLimitMs === undefined ? {} : { timeoutMillis: exportLimitMs };
  switch (target) {
    case 'http/protobuf':
      return new BatchSpanProcessor(new ToldExporter(new ProtobufExporter(limit), log));
    case 'http/json':
      return new BatchSpanProcessor(new ToldExporter(new JsonExporter(limit), log));
    case 'log':
      return new SimpleSpanProcessor(new LogExporter(log));
  }
}

/** Tells once when a collector stops taking spans, and once when it takes them again. */
export class ToldExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #log: TelemetryLog;
  #isTaken = true;

  constructor(exporter: SpanExporter, log: TelemetryLog) {
    this.#exporter = exporter;
    this.#log = log;
  }

  export(spans: ReadableSpan[], onResult: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      this.#tell(result);
      onResult(result);
    });
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown();
  }

  #tell({ code, error }: ExportResult): void {
    const isTaken = code === ExportResultCode.SUCCESS;
    if (isTaken === this.#isTaken) return;
    this.#isTaken = isTaken;
    if (isTaken) this.#log.info('traces are taken again');
    else
      this.#log.warn(`traces are not taken, and get lost: ${error?.message ?? 'no reason given'}`);
  }
}

/** A line of the log for each span. */
class LogExporter implements SpanExporter {
  readonly #log: TelemetryLog;

  constructor(log: TelemetryLog) {
    this.#log = log;
  }

  export(spans: ReadableSpan[], onResult: (result: ExportResult) => void): void {
    for (const span of spans) {
      const { traceId, spanId } = span.spanContext();
      const line = {
        trace_id: traceId,
        span_id: spanId,
        parent_id: span.parentSpanContext?.spanId,
        durationMs: hrTimeToMilliseconds(span.duration),
        ...span.attributes,
        failure: span.status.message,
      };
      this.#log.info(line, `span ${span.name}`);
    }
    onResult({ code: ExportResultCode.SUCCESS });
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
