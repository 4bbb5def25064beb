// What the OTEL_ variables ask for: where spans go.

import type { Values } from '../config/settings.js';
import type { Log } from '../process/log.js';
import type { telemetrySettings } from './settings.js';

/** Where spans go: to a collector by OTLP over HTTP, in one of its two encodings, or into the log. */
export type SpanTarget = 'http/protobuf' | 'http/json' | 'log';

/** The log that reports what becomes of the traces. */
export type TelemetryLog = Pick<Log, 'info' | 'warn'>;

export type TelemetrySettings = Values<typeof telemetrySettings>;

/** What the variables ask for, and in sentences what of it can't be done. */
export function planTelemetry(settings: TelemetrySettings): {
  readonly targets: readonly SpanTarget[];
  readonly violations: readonly string[];
} {
  const { otelDisabled, otelExporters, otlpEndpoint, otlpTracesEndpoint } = settings;
  const hasEndpoint = (otlpTracesEndpoint ?? otlpEndpoint) !== undefined;
  const exporters = otelExporters ?? (hasEndpoint ? 'otlp' : 'none');
  const targets: SpanTarget[] = [];
  const violations: string[] = [];
  if (otelDisabled?.toLowerCase() === 'true') return { targets, violations };
  for (const exporter of new Set(exporters.split(',').map((each) => each.trim()))) {
    const target = exporter === 'otlp' ? otlpTarget(settings) : otherTargets.get(exporter);
    if (target === undefined) {
      violations.push(`OTEL_TRACES_EXPORTER has "${exporter}", which is not otlp, console or none`);
    } else if ('violation' in target) violations.push(target.violation);
    else targets.push(...target.targets);
  }
  return { targets, violations };
}

type Choice = { readonly targets: readonly SpanTarget[] } | { readonly violation: string };

const otherTargets: ReadonlyMap<string, Choice> = new Map([
  ['console', { targets: ['log'] }],
  ['none', { targets: [] }],
]);

function otlpTarget({ otlpTracesProtocol, otlpProtocol }: TelemetrySettings): Choice {
  const protocol = otlpTracesProtocol ?? otlpProtocol ?? 'http/protobuf';
  if (protocol === 'http/protobuf' || protocol === 'http/json') return { targets: [protocol] };
  const violation = `traces go out by http/protobuf or http/json, not by "${protocol}" (OTEL_EXPORTER_OTLP_PROTOCOL): there are none`;
  return { violation };
}
