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

function refusalOf(call: () => unknown): RpcError {
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
    'admits "%s" by its name',
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
  ])('finds no token in %j', (authorization) => {
    tokens = [entry('alice')];
    expect(refusalOf(() => gatekeeper().admit(authorization, true))).toMatchObject({
      code: status.UNAUTHENTICATED,
      reason: 'TOKEN_MISSING',
      metadata: { execution: 'NOT_STARTED' },
    });
  });

  it('does not tell in its refusal what token it was shown', () => {
    const refusal = refusalOf(() => gatekeeper().admit('Bearer secret', true));
    expect(refusal).toMatchObject({ code: status.UNAUTHENTICATED, reason: 'TOKEN_UNKNOWN' });
    expect(JSON.stringify([refusal.message, refusal.metadata])).not.toContain('secret');
  });

  it('says nothing of executions where its service has none', () => {
    tokens = [entry('alice')];
    const refusal = refusalOf(() => gatekeeper('watchdog').admit(bearer('alice'), false));
    expect(refusal).toMatchObject({
      code: status.PERMISSION_DENIED,
      reason: 'SERVICE_NOT_ALLOWED',
    });
    expect(refusal.metadata).toEqual({ token: 'alice', service: 'watchdog' });
  });

  it('counts executions alone against the limits, and each client by itself', () => {
    tokens = [
      entry('alice', { rate: { perSecond: 1, burst: 1 } }),
      entry('bob', { rate: { perSecond: 1, burst: 1 } }),
    ];
    const keeper = gatekeeper();
    keeper.admit(bearer('alice'), true);
    for (let i = 0; i < 5; i += 1) keeper.admit(bearer('alice'), false);
    keeper.admit(bearer('bob'), true);
    nowMs = 200;
    expect(refusalOf(() => keeper.admit(bearer('alice'), true))).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      reason: 'RATE_EXCEEDED',
      retryDelayMs: 800,
    });
    nowMs = 1000;
    keeper.admit(bearer('alice'), true);
  });

  it('takes a place back once, however often it is given back', () => {
    tokens = [entry('alice', { concurrency: 1 })];
    const keeper = gatekeeper();
    const first = keeper.admit(bearer('alice'), true);
    first.release();
    first.release();
    keeper.admit(bearer('alice'), true);
    expect(refusalOf(() => keeper.admit(bearer('alice'), true)).reason).toBe(
      'CONCURRENCY_EXCEEDED',
    );
  });

  it('does not forget what a client has used when the file is read again', () => {
    const limits = { rate: { perSecond: 1, burst: 2 }, concurrency: 1 };
    tokens = [entry('alice', limits)];
    const keeper = gatekeeper();
    const first = keeper.admit(bearer('alice'), true);
    const digest = createHash('sha256').update('another').digest();
    tokens = [entry('alice', { ...limits, digest })];
    expect(refusalOf(() => keeper.admit('Bearer another', true)).reason).toBe(
      'CONCURRENCY_EXCEEDED',
    );
    first.release();
    keeper.admit('Bearer another', true).release();
    expect(refusalOf(() => keeper.admit('Bearer another', true)).reason).toBe('RATE_EXCEEDED');
    expect(refusalOf(() => keeper.admit(bearer('alice'), true)).reason).toBe('TOKEN_UNKNOWN');
  });
});
