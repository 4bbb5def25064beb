// The standard health service of gRPC.

import {
  type HealthServer,
  HealthService,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../../gen/grpc/health/v1/health.js';
import type { Log } from '../process/log.js';
import { waitFor } from '../process/wait-for.js';
import { RpcError } from './error.js';
import { serverStream, unary } from './handler.js';

/** The standard health service. `''` is the whole process; each served service has its own entry. */
export class Health {
  readonly #statuses = new Map<string, ServingStatus>();
  readonly #watchers = new Set<() => void>();

  constructor(services: readonly string[]) {
    for (const service of ['', ...services]) this.#statuses.set(service, ServingStatus.SERVING);
  }

  /** Reports to load balancers and watchers that no new call should come. */
  drain(): void {
    for (const service of this.#statuses.keys()) {
      this.#statuses.set(service, ServingStatus.NOT_SERVING);
    }
    for (const notify of this.#watchers) notify();
  }

  handlers(log: Log): { definition: typeof HealthService; implementation: HealthServer } {
    const implementation: HealthServer = {
      check: unary(log, ({ service }) => {
        const current = this.#statuses.get(service);
        if (current !== undefined) return Promise.resolve({ status: current });
        const message = `This server has no service "${service}".`;
        return Promise.reject(new RpcError({ reason: 'SERVICE_UNKNOWN', message }));
      }),
      watch: serverStream(log, async ({ service }, sink, { signal }) => {
        let last: ServingStatus | undefined;
        while (!signal.aborted) {
          // Before the status is sent: a change that comes meanwhile must not be missed.
          const changed = this.#nextChange(signal);
          const current = this.#statuses.get(service) ?? ServingStatus.SERVICE_UNKNOWN;
          if (current !== last) await sink.send({ status: current });
          last = current;
          // The watch of a draining server ends: it would delay the drain.
          if (current === ServingStatus.NOT_SERVING) return;
          await changed;
        }
      }),
    };
    return { definition: HealthService, implementation };
  }

  #nextChange(signal: AbortSignal): Promise<void> {
    return waitFor(signal, (settle) => {
      this.#watchers.add(settle);
      return () => this.#watchers.delete(settle);
    });
  }
}
