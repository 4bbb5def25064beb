import { metrics as api } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import {
  counter,
  declareMetric,
  histogram,
  observe,
} from '../../../../services/lib/telemetry/metrics.js';
import { createMetricsSdk } from '../../../../services/lib/telemetry/metrics-sdk.js';
import { silentLog } from '../loopback.js';

const fruit = declareMetric({
  name: 'fruit_total',
  kind: 'counter',
  description: 'Pieces of fruit',
  labels: { kind: 'what it is' },
});

const waits = declareMetric({
  name: 'wait_seconds',
  kind: 'histogram',
  description: 'Waits',
  labels: {},
  buckets: [1, 2],
});

const height = declareMetric({ name: 'height', kind: 'gauge', description: 'High', labels: {} });

afterEach(() => api.disable());

it('what is recorded is scraped under its own name, with its labels and its buckets', async () => {
  const { meterProvider, scrape, stop } = createMetricsSdk({ serviceName: 'test', log: silentLog });
  api.setGlobalMeterProvider(meterProvider);
  const count = counter(fruit);
  count({ kind: 'apple' });
  count({ kind: 'apple' });
  histogram(waits)(1.5, {});
  let metres = 1;
  observe(height, () => [{ value: metres, labels: {} }]);
  metres = 2;
  const lines = (await scrape()).split('\n');
  await stop();
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE fruit_total counter',
      'fruit_total{kind="apple"} 2',
      'wait_seconds_count 1',
      'wait_seconds_bucket{le="1"} 0',
      'wait_seconds_bucket{le="2"} 1',
      'wait_seconds_bucket{le="+Inf"} 1',
      'height 2',
    ]),
  );
});

it('without somebody who reads them metrics are recorded nowhere', () => {
  expect(() => {
    counter(fruit)({ kind: 'pear' });
    histogram(waits)(1, {});
    observe(height, () => {
      throw new Error('read');
    });
  }).not.toThrow();
});
