import { createServer, type Server, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { readListeners } from '../../../../../deploy/host/doctor/listeners.js';
import {
  askService,
  callAdvice,
  describeStranger,
  judgeService,
  type Service,
} from '../../../../../deploy/host/doctor/service.js';
import { judgeServicePorts } from '../../../../../deploy/host/doctor/service-ports.js';
import { WatchdogServiceService } from '../../../../../services/gen/pbot/vm/v1/watchdog.js';
import { parseAddress } from '../../../../../services/lib/config/address.js';
import { CleanupStack } from '../../../../../services/lib/process/cleanup.js';
import { RpcError } from '../../../../../services/lib/rpc/error.js';
import { createRpcServer, listenRpc } from '../../../../../services/lib/rpc/server.js';
import { freePorts } from '../../../../support/ports.js';
import { exampleHost } from './example-host.js';

let cleanup = new CleanupStack();

afterEach(async () => {
  await cleanup.run();
  cleanup = new CleanupStack();
});

describe('the question for the health of a service', () => {
  it('the question for the health of a service sees that nobody is there', async () => {
    expect(await ask(await freePort())).toEqual({ kind: 'absent' });
  });

  it('the question for the health of a service sees a service that serves', async () => {
    expect(await ask((await startWatchdog()).port)).toEqual({ kind: 'serving' });
  });

  it('the question for the health of a service sees a service that takes no new calls', async () => {
    const { port, rpc } = await startWatchdog();
    rpc.health.drain();
    expect(await ask(port)).toEqual({ kind: 'draining' });
  });

  it('the question for the health of a service sees a service that takes no work now', async () => {
    const { port, rpc } = await startWatchdog();
    rpc.health.setReady(false);
    expect(await ask(port)).toEqual({ kind: 'unready' });
  });

  it('the question for the health of a service does not take one service for another', async () => {
    const { port } = await startWatchdog();
    const answer = await ask(port, { contract: 'pbot.vm.v1.SnapshotService' });
    expect(answer).toEqual({ kind: 'stranger', detail: 'another gRPC server' });
  });

  it('the question for the health of a service never connects to a channel of the machine', async () => {
    const detail = 'a channel of the machine';
    expect(await ask(5555)).toEqual({ kind: 'stranger', detail });
    expect(await ask(5556)).toEqual({ kind: 'stranger', detail });
  });

  it('the question for the health of a service does not take a web server for a service', async () => {
    const port = await startServer((socket) =>
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
    );
    expect(await ask(port)).toMatchObject({ kind: 'stranger' });
  });

  it('the question for the health of a service gives up on a program that says nothing', () => {
    const error = new RpcError({ code: status.DEADLINE_EXCEEDED, reason: '', message: '' });
    expect(describeStranger(error)).toBe('a program that says nothing for 3000 ms');
  });

  it('the question for the health of a service says why a socket of another user is not reached', () => {
    const message =
      'No connection established. Last error: Error: connect EACCES /run/a.sock. Resolution note: ';
    const error = new RpcError({ code: status.UNAVAILABLE, reason: '', message });
    expect(describeStranger(error)).toContain('(connect EACCES /run/a.sock)');
  });

  it('the question for the health of a service says why a connection broke, without the time at which it did', () => {
    const message =
      'No connection established. Last error: Protocol error (2026-11-22T10:13:47.629Z). Resolution note: ';
    const error = new RpcError({ code: status.UNAVAILABLE, reason: '', message });
    expect(describeStranger(error)).toContain('(Protocol error)');
  });
});

describe('the check of a service', () => {
  it('the check of a service is content with one that serves', () => {
    const detail = 'serving at 127.0.0.1:9100';
    expect(judgeService(watchdog, { kind: 'serving' })).toEqual({ level: 'ok', detail });
  });

  it('the check of a service warns of one that does not run, and says how to start it', () => {
    expect(judgeService(watchdog, { kind: 'absent' })).toEqual({
      level: 'warning',
      detail: 'not running at 127.0.0.1:9100',
      fix: 'Start vm-server, or run "pbot-vm up".',
    });
  });

  it('the check of a service warns of one that is stopping', () => {
    expect(judgeService(watchdog, { kind: 'draining' }).level).toBe('warning');
  });

  it('the check of a service is skipped where somebody else has its port', () => {
    expect(judgeService(watchdog, { kind: 'stranger', detail: '' })).toMatchObject({
      level: 'skipped',
      fix: 'Fix "ports of the services" first.',
    });
  });
});

describe('the check of the ports of the services', () => {
  const executor = service({
    title: 'Executor',
    variable: 'PBOTVM_SERVER',
    address: parseAddress('9000'),
  });

  it('the check of the ports of the services is content with free ports and with our own services', () => {
    const found = [
      { service: executor, answer: { kind: 'serving' } },
      { service: watchdog, answer: { kind: 'absent' } },
    ] as const;
    expect(judgeServicePorts(found)).toEqual({
      level: 'ok',
      detail: '127.0.0.1:9000 Executor, 127.0.0.1:9100 free',
    });
  });

  it('the check of the ports of the services names the variable of a port that somebody else has', () => {
    const found = [
      { service: executor, answer: { kind: 'stranger', detail: 'another gRPC server' } },
      { service: watchdog, answer: { kind: 'absent' } },
    ] as const;
    expect(judgeServicePorts(found)).toMatchObject({
      level: 'failed',
      detail: 'PBOTVM_SERVER 127.0.0.1:9000 is taken by another gRPC server',
      fix: expect.stringContaining('PBOTVM_SERVER'),
    });
  });
});

const watchdog = service({});

function service(changes: Partial<Service>): Service {
  return {
    title: 'Watchdog',
    contract: 'pbot.vm.v1.WatchdogService',
    variable: 'PBOTVM_WATCHDOG',
    address: parseAddress('9100'),
    ...changes,
  };
}

async function ask(port: number, changes: Partial<Service> = {}) {
  const asked = service({ address: parseAddress(String(port)), ...changes });
  return askService(asked, exampleHost(), await readListeners());
}

async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('no port is free');
  return port;
}

async function startWatchdog() {
  const port = await freePort();
  const log = pino({ level: 'silent' });
  const rpc = createRpcServer({
    log,
    services: [{ definition: WatchdogServiceService, implementation: {} }],
    maxReceiveBytes: 1024,
  });
  const listener = await listenRpc(rpc, parseAddress(String(port)), { maxConnections: 16, log });
  cleanup.defer(() => {
    listener.close();
    rpc.server.forceShutdown();
  });
  return { port, rpc };
}

async function startServer(onConnection: (socket: Socket) => void): Promise<number> {
  const port = await freePort();
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => onConnection(socket));
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port }, resolve));
  cleanup.defer(() => new Promise((resolve) => server.close(resolve)));
  return port;
}

describe('the advice for a call that a service has not answered', () => {
  const adviceFor = (code: status) =>
    callAdvice(new RpcError({ code, reason: 'ANY', message: 'Any.' }));

  it('the advice for a call that a service has not answered is a token where the service asks for one, or for another one', () => {
    expect(adviceFor(status.UNAUTHENTICATED)).toContain('PBOTVM_TOKEN_FILE');
    expect(adviceFor(status.PERMISSION_DENIED)).toContain('PBOTVM_TOKEN_FILE');
  });

  it('the advice for a call that a service has not answered is to start the service in all other cases', () =>
    expect(adviceFor(status.UNAVAILABLE)).toContain('vm-server'));
});
