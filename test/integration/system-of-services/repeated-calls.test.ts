import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ExecutorServiceService, Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { createClient } from '../../../services/lib/rpc/client.js';
import { startRefusingProxy } from '../../support/refusing-proxy.js';
import { TestSystem } from '../../support/system.js';

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create({});
  await system.startAll();
});

afterAll(() => system.stop());

/**
 * Sends one program through a proxy that refuses its call after the program has started.
 *
 * @returns how often grpc-js has made the call
 */
async function callThroughProxy(code: string, passesHeaders: boolean): Promise<number> {
  const proxy = await startRefusingProxy(system.target('executor'), { passesHeaders });
  onTestFinished(() => proxy.stop());
  const client = createClient(ExecutorServiceService, { target: proxy.target });
  onTestFinished(() => client.close());
  const program = Program.fromPartial({ language: 'sh', code });
  await expect(client.execute({ program }, { timeoutMs: 10_000 })).rejects.toThrow();
  return proxy.calls;
}

test('a call is repeated by grpc-js itself where a proxy refuses it and keeps the response headers to itself', async () => {
  expect(await callThroughProxy('true', false)).toBe(2);
});

test('a call is not repeated where a proxy refuses it after the response headers, though the program is still running', async () => {
  expect(await callThroughProxy('sleep 60', true)).toBe(1);
  expect(await system.running()).toBe(1);
});
