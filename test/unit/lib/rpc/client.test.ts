import { once } from 'node:events';
import http2 from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { ServerCredentials } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import {
  HealthService,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../../../../services/gen/grpc/health/v1/health.js';
import { CleanupStack } from '../../../../services/lib/process/cleanup.js';
import { createClient } from '../../../../services/lib/rpc/client.js';
import { createRpcServer, drainRpc } from '../../../../services/lib/rpc/server.js';
import { freePorts } from '../../../support/ports.js';
import { waitFor } from '../../../support/wait.js';
import { silentLog } from '../loopback.js';

const cleanup = new CleanupStack();

afterEach(() => cleanup.run());

/** A client of a server that is not there yet, and the start of that server. */
async function awayServer() {
  const [port] = (await freePorts(1)) as [number];
  const target = `127.0.0.1:${port}`;
  const client = createClient(HealthService, { target });
  cleanup.defer(() => client.close());
  const begin = async () => {
    const rpc = createRpcServer({ log: silentLog, services: [], maxReceiveBytes: 1024 });
    cleanup.defer(() => drainRpc(rpc, 0));
    await new Promise((resolve) => {
      rpc.server.bindAsync(target, ServerCredentials.createInsecure(), resolve);
    });
  };
  return { client, begin };
}

describe('a client of a service that is away', () => {
  it('a client of a service that is away fails at once by default', async () => {
    const { client } = await awayServer();
    await expect(client.check({ service: '' }, { timeoutMs: 60_000 })).rejects.toMatchObject({
      isOfConnection: true,
    });
  });

  it('a call may wait for the connection, and fails with its cause where there is none', async () => {
    const { client, begin } = await awayServer();
    const limits = { timeoutMs: 60_000, connectMs: 50 };
    await expect(client.check({ service: '' }, limits)).rejects.toMatchObject({
      isOfConnection: true,
    });
    const answer = client.check({ service: '' }, { timeoutMs: 60_000, connectMs: 60_000 });
    await begin();
    await expect(answer).resolves.toEqual({ status: ServingStatus.SERVING });
  });

  it('a stream may wait for its service', async () => {
    const { client, begin } = await awayServer();
    const leaving = new AbortController();
    const limits = { signal: leaving.signal, waitsForService: true };
    const first = client.watch({ service: '' }, limits).next();
    await begin();
    expect((await first).value).toEqual({ status: ServingStatus.SERVING });
    leaving.abort();
  });

  it('a client goes on to try each 250 ms, however long its service was away', async () => {
    const attempts: number[] = [];
    const server = createServer((socket) => {
      attempts.push(Date.now());
      socket.on('error', () => undefined).destroy();
    }).listen(0, '127.0.0.1');
    cleanup.defer(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = createClient(HealthService, { target: `127.0.0.1:${port}` });
    cleanup.defer(() => client.close());
    const leaving = new AbortController();
    const stream = client.watch({ service: '' }, { signal: leaving.signal, waitsForService: true });
    const ended = stream.next().catch(() => undefined);
    // A delay that doubles without a bound would take minutes for so many.
    await waitFor('twenty attempts', () => attempts.length >= 20, 15_000);
    leaving.abort();
    await ended;
  }, 20_000);
});

describe('the error of a call without details of a service', () => {
  /** The error that a client sees where a proxy resets a call. */
  function errorOfReset(hasHeaders: boolean): Promise<unknown> {
    return errorWhere((stream) => {
      if (hasHeaders) stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
      stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    });
  }

  /** The error that a client sees of what a proxy does. */
  async function errorWhere(
    act: (stream: http2.ServerHttp2Stream) => void,
    limits: { onHeaders?: () => void } = {},
  ): Promise<unknown> {
    const server = http2.createServer();
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      act(stream);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = createClient(HealthService, { target: `127.0.0.1:${port}` });
    cleanup.defer(() => void server.close());
    cleanup.defer(() => client.close());
    return await client
      .check({ service: '' }, { timeoutMs: 60_000, ...limits })
      .catch((error: unknown) => error);
  }

  it('the outcome of a call is unknown where it ends after its response headers', async () => {
    expect(await errorOfReset(true)).toMatchObject({
      isOfConnection: false,
      metadata: { execution: 'OUTCOME_UNKNOWN' },
    });
  });

  it('a call without response headers that is refused has reached no service', async () => {
    expect(await errorOfReset(false)).toMatchObject({ isOfConnection: true });
  });

  it('a call that a proxy answers by itself has reached no service', async () => {
    const error = await errorWhere((stream) => {
      stream.respond({ ':status': 503, 'content-type': 'text/html' });
      stream.end('<html><body>No server is available.</body></html>');
    });
    expect(error).toMatchObject({ isOfConnection: true });
  });

  it('the outcome of a call is unknown where its connection breaks, if it must not be done twice', async () => {
    const breaks = (stream: http2.ServerHttp2Stream) => stream.session?.destroy();
    const seen = { onHeaders: () => undefined };
    expect(await errorWhere(breaks, seen)).toMatchObject({
      isOfConnection: false,
      metadata: { execution: 'OUTCOME_UNKNOWN' },
    });
    expect(await errorWhere(breaks)).toMatchObject({ isOfConnection: true });
  });
});
