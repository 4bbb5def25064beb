import { describe, expect, it } from 'vitest';
import {
  type MetricsSettings,
  planMetrics,
  planTelemetry,
  type TelemetrySettings,
} from '../../../../services/lib/telemetry/plan.js';

const unset: MetricsSettings = {
  otlpMetricsEndpoint: undefined,
  otelMetricsExporter: undefined,
  otlpMetricsProtocol: undefined,
  otlpEndpoint: undefined,
  otlpTracesEndpoint: undefined,
  otelExporters: undefined,
  otlpProtocol: undefined,
  otlpTracesProtocol: undefined,
  otelDisabled: undefined,
};

const plan = (settings: Partial<TelemetrySettings>) => planTelemetry({ ...unset, ...settings });

const targets = (settings: Partial<TelemetrySettings>) => plan(settings).targets;

const otlpEndpoint = 'http://127.0.0.1:4318';

describe('traces', () => {
  it('traces go nowhere unless somebody asks for them', () => {
    expect(plan({})).toEqual({ targets: [], violations: [] });
  });

  it('traces go to the collector of the endpoint, for all signals or for traces', () => {
    expect(targets({ otlpEndpoint })).toEqual(['http/protobuf']);
    expect(targets({ otlpTracesEndpoint: `${otlpEndpoint}/v1/traces` })).toEqual(['http/protobuf']);
  });

  it('traces go to the default address where only the exporter is named', () => {
    expect(targets({ otelExporters: 'otlp' })).toEqual(['http/protobuf']);
  });

  it('traces use the protocol that is set for traces, else the one that is set for all signals', () => {
    expect(targets({ otlpEndpoint, otlpProtocol: 'http/json' })).toEqual(['http/json']);
    const both = { otlpProtocol: 'grpc', otlpTracesProtocol: 'http/json' };
    expect(targets({ otlpEndpoint, ...both })).toEqual(['http/json']);
  });

  it('traces go into the log, and to a collector beside it', () => {
    expect(targets({ otelExporters: 'console' })).toEqual(['log']);
    expect(targets({ otelExporters: 'otlp, console' })).toEqual(['http/protobuf', 'log']);
  });

  it('traces go nowhere where they are switched off, whatever else is set', () => {
    expect(targets({ otlpEndpoint, otelExporters: 'none' })).toEqual([]);
    expect(targets({ otlpEndpoint, otelExporters: 'otlp', otelDisabled: 'TRUE' })).toEqual([]);
    expect(targets({ otlpEndpoint, otelDisabled: 'false' })).toEqual(['http/protobuf']);
  });

  it('traces that can not be sent as asked for are reported', () => {
    const { targets: left, violations } = plan({ otelExporters: 'zipkin,console' });
    expect(left).toEqual(['log']);
    expect(violations).toEqual([expect.stringContaining('"zipkin"')]);
    const byGrpc = plan({ otlpEndpoint, otlpProtocol: 'grpc' });
    expect(byGrpc.targets).toEqual([]);
    expect(byGrpc.violations).toEqual([expect.stringContaining('"grpc"')]);
  });
});

describe('metrics that are sent', () => {
  const planned = (settings: Partial<MetricsSettings>) => planMetrics({ ...unset, ...settings });

  it('metrics are sent nowhere unless a collector is named, for all signals or for metrics', () => {
    expect(planned({})).toEqual({});
    expect(planned({ otlpTracesEndpoint: otlpEndpoint })).toEqual({});
    expect(planned({ otlpEndpoint })).toEqual({ protocol: 'http/protobuf' });
    expect(planned({ otlpMetricsEndpoint: otlpEndpoint })).toEqual({ protocol: 'http/protobuf' });
  });

  it('metrics use the protocol that is set for metrics, else the one that is set for all signals', () => {
    const json = { protocol: 'http/json' };
    expect(planned({ otlpEndpoint, otlpProtocol: 'http/json' })).toEqual(json);
    const both = { otlpProtocol: 'grpc', otlpMetricsProtocol: 'http/json' };
    expect(planned({ otlpEndpoint, ...both })).toEqual(json);
  });

  it('metrics are sent nowhere where they are switched off, alone or with the traces', () => {
    expect(planned({ otlpEndpoint, otelMetricsExporter: 'none' })).toEqual({});
    expect(planned({ otlpEndpoint, otelDisabled: 'true' })).toEqual({});
  });

  it('metrics that can not be sent as asked for are reported', () => {
    const { violation } = planned({ otelMetricsExporter: 'prometheus' });
    expect(violation).toMatch(/^OTEL_METRICS_EXPORTER is "prometheus"/);
    expect(planned({ otlpEndpoint, otlpProtocol: 'grpc' }).violation).toMatch(/^metrics .*"grpc"/);
  });
});
