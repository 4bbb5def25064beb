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

/**
 * The standard health service. `''` is the process: it is SERVING as long as it lives and does not stop. Each service by its
 * name is SERVING only while it would take work.
 */
export class Health {
  readonly #services: ReadonlySet<string>;
  readonly #watchers = new Set<() => void>();
  #isReady = true;
  #isStopping = false;

  constructor(services: readonly string[]) {
    this.#services = new Set(services);
  }

  /** Whether the services would take work. They do until this says otherwise. */
  setReady(isReady: boolean): void {
    if (isReady === this.#isReady) return;
    this.#isReady = isReady;
    this.#notify();
  }

  /** Reports to load balancers and watchers that no new call should come, ever. */
  drain(): void {
    this.#isStopping = true;
    this.#notify();
  }

  handlers(log: Log): { definition: typeof HealthService; implementation: HealthServer } {
    const implementation: HealthServer = {
      check: unary(log, ({ service }) => {
        const current = this.#statusOf(service);
        if (current !== ServingStatus.SERVICE_UNKNOWN) return Promise.resolve({ status: current });
        const message = `This server has no service "${service}".`;
        return Promise.reject(new RpcError({ reason: 'SERVICE_UNKNOWN', message }));
      }),
      watch: serverStream(log, async ({ service }, sink, { signal }) => {
        let last: ServingStatus | undefined;
        while (!signal.aborted) {
          // Before the status is sent: a change that comes meanwhile must not be missed.
          const changed = this.#nextChange(signal);
          const current = this.#statusOf(service);
          if (current !== last) await sink.send({ status: current });
          last = current;
          // The watch of a server that stops ends: it would delay the stop.
          if (this.#isStopping && current === ServingStatus.NOT_SERVING) return;
          await changed;
        }
      }),
    };
    return { definition: HealthService, implementation };
  }

  #statusOf(service: string): ServingStatus {
    const isProcess = service === '';
    if (!isProcess && !this.#services.has(service)) return ServingStatus.SERVICE_UNKNOWN;
    const isServing = !this.#isStopping && (isProcess || this.#isReady);
    return isServing ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  #notify(): void {
    for (const notify of this.#watchers) notify();
  }

  #nextChange(signal: AbortSignal): Promise<void> {
    return waitFor(signal, (settle) => {
      this.#watchers.add(settle);
      return () => this.#watchers.delete(settle);
    });
  }
}
