// What the OTEL_ variables ask for: where spans and metrics go.

import type { Values } from '../config/settings.js';
import type { Log } from '../process/log.js';
import type { metricsSettings, telemetrySettings } from './settings.js';

/** Where spans go: to a collector by OTLP over HTTP, in one of its two encodings, or into the log. */
export type SpanTarget = 'http/protobuf' | 'http/json' | 'log';

/** How metrics are sent to a collector. */
export type OtlpProtocol = Exclude<SpanTarget, 'log'>;

/** The log that reports what becomes of traces and metrics. */
export type TelemetryLog = Pick<Log, 'info' | 'warn'>;

export type TelemetrySettings = Values<typeof telemetrySettings>;

export type MetricsSettings = TelemetrySettings & Values<typeof metricsSettings>;

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
  if (isDisabled(otelDisabled)) return { targets, violations };
  for (const exporter of new Set(exporters.split(',').map((each) => each.trim()))) {
    const target = exporter === 'otlp' ? otlpTarget(settings) : otherTargets.get(exporter);
    if (target === undefined) {
      violations.push(`OTEL_TRACES_EXPORTER has "${exporter}", which is not otlp, console or none`);
    } else if ('violation' in target) violations.push(target.violation);
    else targets.push(...target.targets);
  }
  return { targets, violations };
}

/** How metrics are sent, unless they are not, and in a sentence what can't be done. */
export function planMetrics(settings: MetricsSettings): {
  readonly protocol?: OtlpProtocol;
  readonly violation?: string;
} {
  const { otelMetricsExporter, otlpEndpoint, otlpMetricsEndpoint } = settings;
  const hasEndpoint = (otlpMetricsEndpoint ?? otlpEndpoint) !== undefined;
  const exporter = otelMetricsExporter ?? (hasEndpoint ? 'otlp' : 'none');
  if (isDisabled(settings.otelDisabled) || exporter === 'none') return {};
  if (exporter !== 'otlp') {
    return { violation: `OTEL_METRICS_EXPORTER is "${exporter}", which is not otlp or none` };
  }
  const protocol = settings.otlpMetricsProtocol ?? settings.otlpProtocol ?? 'http/protobuf';
  if (isOtlpProtocol(protocol)) return { protocol };
  return { violation: unknownProtocol('metrics', protocol) };
}

function isDisabled(otelDisabled: string | undefined): boolean {
  return otelDisabled?.toLowerCase() === 'true';
}

type Choice = { readonly targets: readonly SpanTarget[] } | { readonly violation: string };

const otherTargets: ReadonlyMap<string, Choice> = new Map([
  ['console', { targets: ['log'] }],
  ['none', { targets: [] }],
]);

function otlpTarget({ otlpTracesProtocol, otlpProtocol }: TelemetrySettings): Choice {
  const protocol = otlpTracesProtocol ?? otlpProtocol ?? 'http/protobuf';
  if (isOtlpProtocol(protocol)) return { targets: [protocol] };
  return { violation: unknownProtocol('traces', protocol) };
}

function isOtlpProtocol(protocol: string): protocol is OtlpProtocol {
  return protocol === 'http/protobuf' || protocol === 'http/json';
}

function unknownProtocol(what: string, protocol: string): string {
  return `${what} go out by http/protobuf or http/json, not by "${protocol}" (OTEL_EXPORTER_OTLP_PROTOCOL): there are none`;
}
