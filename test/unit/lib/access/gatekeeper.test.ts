import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { beforeEach, describe, expect, it } from 'vitest';
import { Gatekeeper } from '../../../../services/lib/access/gatekeeper.js';
import type { ServiceName, TokenEntry } from '../../../../services/lib/access/tokens.js';
import { RpcError } from '../../../../services/lib/rpc/error.js';

const entry = (name: string, more: Partial<TokenEntry> = {}): TokenEntry => ({
  name,
  digest: createHash('sha256').update(`token-of-${name}`).digest(),
  services: ['executor'],
  rate: undefined,
  concurrency: undefined,
  ...more,
});

const bearer = (name: string) => `Bearer token-of-${name}`;

let tokens: readonly TokenEntry[];
let nowMs: number;

beforeEach(() => {
  tokens = [];
  nowMs = 0;
});

function gatekeeper(service: ServiceName = 'executor'): Gatekeeper {
  return new Gatekeeper({ service, tokens: () => tokens, nowMs: () => nowMs });
}

function errorOf(call: () => unknown): RpcError {
  try {
    call();
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
  throw new Error('the call was admitted');
}

describe('a gatekeeper', () => {
  it.each(['Bearer token-of-alice', 'bearer  token-of-alice ', 'BEARER token-of-alice'])(
    'a gatekeeper admits "%s" under the name of its token',
    (authorization) => {
      tokens = [entry('alice')];
      expect(gatekeeper().admit(authorization, false).name).toBe('alice');
    },
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'token-of-alice',
    'Basic token-of-alice',
    'Bearer a b',
  ])('a gatekeeper finds no token in %j', (authorization) => {
    tokens = [entry('alice')];
    expect(errorOf(() => gatekeeper().admit(authorization, true))).toMatchObject({
      code: status.UNAUTHENTICATED,
      reason: 'TOKEN_MISSING',
      metadata: { execution: 'NOT_STARTED' },
    });
  });

  it('the error for an unknown token does not hold the token', () => {
    const error = errorOf(() => gatekeeper().admit('Bearer secret', true));
    expect(error).toMatchObject({ code: status.UNAUTHENTICATED, reason: 'TOKEN_UNKNOWN' });
    expect(JSON.stringify([error.message, error.metadata])).not.toContain('secret');
  });

  it('an error of a service without executions says nothing of executions', () => {
    tokens = [entry('alice')];
    const error = errorOf(() => gatekeeper('watchdog').admit(bearer('alice'), false));
    expect(error).toMatchObject({
      code: status.PERMISSION_DENIED,
      reason: 'SERVICE_NOT_ALLOWED',
    });
    expect(error.metadata).toEqual({ token: 'alice', service: 'watchdog' });
  });

  it('only executions count against the limits, each client by itself', () => {
    tokens = [
      entry('alice', { rate: { perSecond: 1, burst: 1 } }),
      entry('bob', { rate: { perSecond: 1, burst: 1 } }),
    ];
    const keeper = gatekeeper();
    keeper.admit(bearer('alice'), true);
    for (let i = 0; i < 5; i += 1) keeper.admit(bearer('alice'), false);
    keeper.admit(bearer('bob'), true);
    nowMs = 200;
    expect(errorOf(() => keeper.admit(bearer('alice'), true))).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      reason: 'RATE_EXCEEDED',
      retryDelayMs: 800,
    });
    nowMs = 1000;
    keeper.admit(bearer('alice'), true);
  });

  it('a place that is released twice is freed once', () => {
    tokens = [entry('alice', { concurrency: 1 })];
    const keeper = gatekeeper();
    const first = keeper.admit(bearer('alice'), true);
    first.release();
    first.release();
    keeper.admit(bearer('alice'), true);
    expect(errorOf(() => keeper.admit(bearer('alice'), true)).reason).toBe('CONCURRENCY_EXCEEDED');
  });

  it('what a client has used still counts when the file of tokens is read again', () => {
    const limits = { rate: { perSecond: 1, burst: 2 }, concurrency: 1 };
    tokens = [entry('alice', limits)];
    const keeper = gatekeeper();
    const first = keeper.admit(bearer('alice'), true);
    const digest = createHash('sha256').update('another').digest();
    tokens = [entry('alice', { ...limits, digest })];
    expect(errorOf(() => keeper.admit('Bearer another', true)).reason).toBe('CONCURRENCY_EXCEEDED');
    first.release();
    keeper.admit('Bearer another', true).release();
    expect(errorOf(() => keeper.admit('Bearer another', true)).reason).toBe('RATE_EXCEEDED');
    expect(errorOf(() => keeper.admit(bearer('alice'), true)).reason).toBe('TOKEN_UNKNOWN');
  });
});
