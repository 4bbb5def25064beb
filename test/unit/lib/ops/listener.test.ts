import { createServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { Address } from '../../../../services/lib/config/address.js';
import { type OpsListener, openOpsListener } from '../../../../services/lib/ops/listener.js';
import { Readiness } from '../../../../services/lib/ops/readiness.js';
import { keepingLog, silentLog } from '../loopback.js';

const host = '127.0.0.1';

let listener: OpsListener | undefined;

afterEach(() => listener?.close());

async function open(options: { readiness?: Readiness; scrape?: () => Promise<string> } = {}) {
  const { readiness = new Readiness(), scrape } = options;
  const port = await freePort();
  const address: Address = { kind: 'tcp', host, port };
  listener = await openOpsListener({ address, readiness, scrape, log: silentLog });
  return async (path: string, method = 'GET') => {
    const response = await fetch(`http://${host}:${port}${path}`, { method });
    return { status: response.status, text: await response.text() };
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

it('a service is alive from the start, and ready once it has started until it stops', async () => {
  const readiness = new Readiness();
  const ask = await open({ readiness });
  expect(await ask('/livez')).toEqual({ status: 200, text: 'alive\n' });
  expect(await ask('/readyz')).toEqual({ status: 503, text: 'The service is starting.\n' });
  readiness.start();
  expect(await ask('/readyz?verbose')).toEqual({ status: 200, text: 'ready\n' });
  readiness.stop();
  readiness.start();
  expect(await ask('/readyz')).toEqual({ status: 503, text: 'The service is stopping.\n' });
  expect((await ask('/livez')).status).toBe(200);
});

it('a started service says itself whether it is ready, and why it is not', async () => {
  const readiness = new Readiness();
  readiness.decidedBy(() => ({ isReady: false, detail: 'No machine is ready.' }));
  readiness.start();
  const ask = await open({ readiness });
  expect(await ask('/readyz')).toEqual({ status: 503, text: 'No machine is ready.\n' });
});

it('metrics are served where there are some', async () => {
  const ask = await open({ scrape: () => Promise.resolve('a_total 1\n') });
  expect(await ask('/metrics')).toEqual({ status: 200, text: 'a_total 1\n' });
});

it('without metrics the answer says that there are none', async () => {
  const ask = await open();
  expect((await ask('/metrics')).status).toBe(503);
});

it('metrics that can not be read are an error of the log, and the listener goes on', async () => {
  const ask = await open({ scrape: () => Promise.reject(new Error('broken')) });
  expect(await ask('/metrics')).toEqual({ status: 500, text: 'The log has the error.\n' });
  expect((await ask('/livez')).status).toBe(200);
});

it('other paths and other methods are refused', async () => {
  const ask = await open();
  expect((await ask('/')).status).toBe(404);
  expect((await ask('/drain', 'POST')).status).toBe(405);
});

it('a port that is taken is an error with one sentence', async () => {
  const port = await freePort();
  const address: Address = { kind: 'tcp', host, port };
  const options = { address, readiness: new Readiness(), scrape: undefined };
  const { log } = keepingLog();
  listener = await openOpsListener({ ...options, log });
  await expect(openOpsListener({ ...options, log })).rejects.toThrow(/is in use by another/);
});
