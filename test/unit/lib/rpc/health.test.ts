import { type ServerWritableStream, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type HealthCheckRequest,
  type HealthCheckResponse,
  HealthService,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../../../../services/gen/grpc/health/v1/health.js';
import { createClient, type RpcClient } from '../../../../services/lib/rpc/client.js';
import { Health } from '../../../../services/lib/rpc/health.js';
import { FakeCall, settled } from '../fake-call.js';
import { type Loopback, serve, silentLog } from '../loopback.js';

const limits = { timeoutMs: 5000 };

describe('the health of a server', () => {
  let loopback: Loopback;
  let client: RpcClient<HealthService>;

  const start = async () => {
    loopback = await serve([]);
    client = createClient(HealthService, { target: loopback.target });
  };

  const check = (service: string) => client.check({ service }, limits);

  afterEach(async () => {
    client.close();
    await loopback.stop();
  });

  it('the health of a server is SERVING from the start', async () => {
    await start();
    await expect(check('')).resolves.toEqual({ status: ServingStatus.SERVING });
  });

  it('the health of a service that the server does not have is NOT_FOUND', async () => {
    await start();
    await expect(check('no.such.Service')).rejects.toMatchObject({
      code: status.NOT_FOUND,
      reason: 'SERVICE_UNKNOWN',
    });
  });

  it('the health of a server that drains is NOT_SERVING', async () => {
    await start();
    loopback.rpc.health.drain();
    await expect(check('')).resolves.toEqual({ status: ServingStatus.NOT_SERVING });
  });

  it('a watcher gets the health at once and on every change, and its watch ends with the drain', async () => {
    await start();
    const statuses: ServingStatus[] = [];
    for await (const response of client.watch({ service: '' })) {
      statuses.push(response.status);
      loopback.rpc.health.drain();
    }
    expect(statuses).toEqual([ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
  });

  it('a watcher of a service that the server does not have gets SERVICE_UNKNOWN, and its watch goes on', async () => {
    await start();
    for await (const response of client.watch({ service: 'no.such.Service' })) {
      expect(response.status).toBe(ServingStatus.SERVICE_UNKNOWN);
      break;
    }
    expect.assertions(1);
  });
});

describe('a watcher of the health', () => {
  const watch = (health: Health, call: FakeCall<HealthCheckRequest, HealthCheckResponse>) => {
    const { implementation } = health.handlers(silentLog);
    const stream: unknown = call;
    implementation.watch(stream as ServerWritableStream<HealthCheckRequest, HealthCheckResponse>);
  };

  it('a watcher that is slow to take the first answer still learns of the drain', async () => {
    const health = new Health([]);
    const call = new FakeCall<HealthCheckRequest, HealthCheckResponse>({ service: '' });
    call.isSlow = true;
    watch(health, call);
    health.drain();
    call.catchUp();
    await settled();
    expect(call.written.map((each) => each.status)).toEqual([
      ServingStatus.SERVING,
      ServingStatus.NOT_SERVING,
    ]);
    expect(call.hasEnded).toBe(true);
  });

  it('a watcher of a service learns when it takes no work and when it takes work again; the process stays SERVING', async () => {
    const health = new Health(['a.Service']);
    const watcherOf = (service: string) => {
      const call = new FakeCall<HealthCheckRequest, HealthCheckResponse>({ service });
      watch(health, call);
      return call;
    };
    const [ofService, ofProcess] = [watcherOf('a.Service'), watcherOf('')];
    for (const isReady of [false, false, true]) {
      await settled();
      health.setReady(isReady);
    }
    await settled();
    const { SERVING, NOT_SERVING } = ServingStatus;
    const statuses = (call: typeof ofService) => call.written.map(({ status }) => status);
    expect(statuses(ofService)).toEqual([SERVING, NOT_SERVING, SERVING]);
    expect(statuses(ofProcess)).toEqual([SERVING]);
    expect([ofService.hasEnded, ofProcess.hasEnded]).toEqual([false, false]);
  });

  it('a watcher that goes away ends its watch', async () => {
    const call = new FakeCall<HealthCheckRequest, HealthCheckResponse>({ service: '' });
    watch(new Health([]), call);
    await settled();
    call.cancel();
    await settled();
    expect(call.hasEnded).toBe(true);
  });

  it('a watcher that goes away before it took the first answer ends its watch', async () => {
    const call = new FakeCall<HealthCheckRequest, HealthCheckResponse>({ service: '' });
    call.isSlow = true;
    watch(new Health([]), call);
    await settled();
    call.cancel();
    await settled();
    expect(call.hasEnded).toBe(true);
  });

  it('a watcher of one service learns of that service', async () => {
    const service = 'pbot.vm.v1.ExecutorService';
    const call = new FakeCall<HealthCheckRequest, HealthCheckResponse>({ service });
    watch(new Health([service]), call);
    await settled();
    expect(call.written).toEqual([{ status: ServingStatus.SERVING }]);
  });
});
