// A collector of traces and metrics on loopback.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import * as z from 'zod';

/** One span as a collector gets it. */
export interface CollectedSpan {
  /** `service.name` of the program that made it. */
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty where it is the first of its trace. */
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A collector of traces and metrics on loopback: takes OTLP over HTTP, and reads it where it is JSON. */
export class OtlpCollector {
  readonly spans: CollectedSpan[] = [];
  /** The names of the metrics that each service has sent. */
  readonly metrics = new Map<string, Set<string>>();
  /** Of each request. */
  readonly contentTypes: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<OtlpCollector> {
    const server = createServer();
    const collector = new OtlpCollector(server);
    server.on('request', (request, response) => {
      void collector.#take(request).then(() => response.end('{}'));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return collector;
  }

  /** What goes into OTEL_EXPORTER_OTLP_ENDPOINT. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #take(request: IncomingMessage): Promise<void> {
    const contentType = request.headers['content-type'] ?? '';
    this.contentTypes.push(contentType);
    if (contentType !== 'application/json') return;
    const body = await json(request);
    if (request.url === '/v1/metrics') this.#takeMetrics(body);
    else this.#takeSpans(body);
  }

  #takeSpans(body: unknown): void {
    for (const { resource, scopeSpans } of exportRequest.parse(body).resourceSpans) {
      const service = String(valuesOf(resource.attributes)['service.name']);
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({ ...span, service, attributes: valuesOf(span.attributes) });
      }
    }
  }

  #takeMetrics(body: unknown): void {
    for (const { resource, scopeMetrics } of metricsRequest.parse(body).resourceMetrics) {
      const service = String(valuesOf(resource.attributes)['service.name']);
      const names = this.metrics.get(service) ?? new Set();
      for (const { name } of scopeMetrics.flatMap(({ metrics }) => metrics)) names.add(name);
      this.metrics.set(service, names);
    }
  }
}

const attributes = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }));

const exportRequest = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              name: z.string(),
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().default(''),
              attributes,
            }),
          ),
        }),
      ),
    }),
  ),
});

const metricsRequest = z.object({
  resourceMetrics: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeMetrics: z.array(z.object({ metrics: z.array(z.object({ name: z.string() })) })),
    }),
  ),
});

/** A value is an object with one field, named by its type. */
function valuesOf(list: z.infer<typeof attributes>): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
}
