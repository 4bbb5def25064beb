// Metrics by the API of OpenTelemetry: how one is declared, and what records it.

import { type Attributes, type Meter, metrics } from '@opentelemetry/api';

/**
 * A metric. Its name is the same in Prometheus and in OTLP, so it ends with its unit, and a counter with `_total`. The labels
 * have few values: each combination is a time series of its own.
 */
export interface MetricDeclaration<Label extends string = string> {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly description: string;
  /** What the values of each label are. */
  readonly labels: Readonly<Record<Label, string>>;
  /** Upper bounds of the buckets of a histogram. */
  readonly buckets?: readonly number[];
}

export type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** One value of a metric that is read when somebody wants to know it. */
export interface Observation<Label extends string> {
  readonly value: number;
  readonly labels: Labels<Label>;
}

export function declareMetric<const Label extends string>(
  declaration: MetricDeclaration<Label>,
): MetricDeclaration<Label> {
  return declaration;
}

/** @returns what counts one */
export function counter<Label extends string>(
  declaration: MetricDeclaration<Label>,
): (labels: Labels<Label>) => void {
  const { name, description } = declaration;
  const instrument = meter().createCounter(name, { description });
  return (labels) => instrument.add(1, attributesOf(labels));
}

/** @returns what takes one measured value */
export function histogram<Label extends string>(
  declaration: MetricDeclaration<Label>,
): (value: number, labels: Labels<Label>) => void {
  const { name, description, buckets = [] } = declaration;
  const advice = { explicitBucketBoundaries: [...buckets] };
  const instrument = meter().createHistogram(name, { description, advice });
  return (value, labels) => instrument.record(value, attributesOf(labels));
}

/** Has a gauge or a counter read each time when somebody wants to know it. */
export function observe<Label extends string>(
  declaration: MetricDeclaration<Label>,
  read: () => readonly Observation<Label>[],
): void {
  const { name, kind, description } = declaration;
  const instrument =
    kind === 'counter'
      ? meter().createObservableCounter(name, { description })
      : meter().createObservableGauge(name, { description });
  instrument.addCallback((result) => {
    for (const { value, labels } of read()) result.observe(value, attributesOf(labels));
  });
}

/** Not kept: the API hands out the one that was set last, and before `startMetrics` one that does nothing. */
function meter(): Meter {
  return metrics.getMeter('pbot-vm');
}

function attributesOf(labels: Labels<string>): Attributes {
  return labels;
}
