// The metrics of a service's own process. Those that all programs have keep the names that Prometheus gives them.

import { performance } from 'node:perf_hooks';
import { declareMetric, type Observation, observe } from './metrics.js';

const memory = declareMetric({
  name: 'process_resident_memory_bytes',
  kind: 'gauge',
  description: 'Memory of the process',
  labels: {},
});

const processorTime = declareMetric({
  name: 'process_cpu_seconds_total',
  kind: 'counter',
  description: 'Processor time of the process',
  labels: {},
});

const startTime = declareMetric({
  name: 'process_start_time_seconds',
  kind: 'gauge',
  description: 'When the process started, in seconds since 1970',
  labels: {},
});

const busyTime = declareMetric({
  name: 'pbotvm_event_loop_busy_seconds_total',
  kind: 'counter',
  description:
    'Time in which the event loop of the process had work: 1 s a second is all it can do',
  labels: {},
});

const build = declareMetric({
  name: 'pbotvm_build_info',
  kind: 'gauge',
  description: 'Always 1',
  labels: { version: 'the version of pbot-vm' },
});

export const processMetrics = [memory, processorTime, startTime, busyTime, build];

export function observeProcess(version: string): void {
  observe(memory, () => single(process.memoryUsage.rss()));
  observe(processorTime, () => {
    const { user, system } = process.cpuUsage();
    return single((user + system) / 1e6);
  });
  observe(startTime, () => single(performance.timeOrigin / 1000));
  observe(busyTime, () => single(performance.eventLoopUtilization().active / 1000));
  observe(build, () => [{ value: 1, labels: { version } }]);
}

function single(value: number): readonly Observation<never>[] {
  return [{ value, labels: {} }];
}
