import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { RpcError } from '../../../../services/lib/rpc/error.js';
import { type ReasonDeclaration, reasons } from '../../../../services/lib/rpc/reasons.js';

const sections = Object.values<Readonly<Record<string, ReasonDeclaration>>>(reasons);

it('an error has the gRPC code and the retry delay that its reason declares', () => {
  expect(new RpcError({ reason: 'QUEUE_FULL', message: 'x' })).toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
    reason: 'QUEUE_FULL',
    retryDelayMs: 1000,
  });
  expect(new RpcError({ reason: 'MACHINE_LOST', message: 'x' })).toMatchObject({
    code: status.UNAVAILABLE,
    retryDelayMs: undefined,
  });
});

it('a retry delay of the call goes before that of the reason', () => {
  const error = new RpcError({ reason: 'QUEUE_FULL', message: 'x', retryDelayMs: 5 });
  expect(error.retryDelayMs).toBe(5);
});

it('a reason is declared once, in the form that clients branch on', () => {
  const names = sections.flatMap((section) => Object.keys(section));
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
});
