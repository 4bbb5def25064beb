import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ErrorInfo } from '../../../../services/gen/google/rpc/error_details.js';
import { Status } from '../../../../services/gen/google/rpc/status.js';
import { RpcError } from '../../../../services/lib/rpc/error.js';
import type { Reason } from '../../../../services/lib/rpc/reasons.js';

const codes = Object.values(status).filter(
  (code): code is status => typeof code === 'number' && code !== status.OK,
);
const words = fc.string({ unit: 'binary', maxLength: 50 });
const metadataKey = fc.stringMatching(/^[a-z][a-zA-Z_]{0,15}$/);

const anyRpcError = fc
  .record({
    code: fc.constantFrom(...codes),
    reason: fc.stringMatching(/^[A-Z][A-Z_]{0,30}$/),
    message: words,
    metadata: fc.dictionary(metadataKey, words, { noNullPrototype: true }),
    violations: fc.array(fc.record({ field: words, description: words }), { maxLength: 4 }),
    retry: fc.option(fc.integer({ min: 0, max: 3_600_000 }), { nil: undefined }),
  })
  .map(
    ({ retry, ...options }) =>
      new RpcError({ ...options, ...(retry === undefined ? {} : { retryDelayMs: retry }) }),
  );

/** What a client of grpc-js is given for a status. */
function serviceError({ code, details, metadata }: Partial<StatusObject>): ServiceError {
  const parts = { code: code ?? status.UNKNOWN, details: details ?? '', metadata };
  return Object.assign(new Error('a call has failed'), {
    ...parts,
    metadata: metadata ?? new Metadata(),
  });
}

function withDetails(bytes: Uint8Array): ServiceError {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(bytes));
  return serviceError({ code: status.UNAVAILABLE, details: 'away', metadata });
}

describe('an error of ours', () => {
  it('an RpcError reaches the client whole', () => {
    fc.assert(
      fc.property(anyRpcError, (sent) => {
        const received = RpcError.from(serviceError(sent.toStatus()));
        expect(received.code).toBe(sent.code);
        expect(received.reason).toBe(sent.reason);
        expect(received.message).toBe(sent.message);
        expect(received.metadata).toEqual(sent.metadata);
        expect(received.retryDelayMs).toBe(sent.retryDelayMs);
        expect(received.violations).toMatchObject(sent.violations);
        expect(received.violations).toHaveLength(sent.violations.length);
      }),
    );
  });

  it('an RpcError keeps the retry policies of clients from repeating what must not be repeated', () => {
    const pushback = (reason: Reason) =>
      new RpcError({ reason, message: '' }).toStatus().metadata?.get('grpc-retry-pushback-ms');
    expect(pushback('MACHINE_NOT_READY')).toEqual(['1000']);
    expect(pushback('MACHINE_LOST')).toEqual(['-1']);
    expect(pushback('INVALID_REQUEST')).toEqual(['-1']);
  });

  it('an RpcError carries one ErrorInfo with the domain pbot-vm', () => {
    const error = new RpcError({
      code: status.UNAVAILABLE,
      reason: 'MACHINE_NOT_READY',
      message: 'No machine is ready.',
      metadata: { machine: 'pbot-vm' },
      retryDelayMs: 1000,
    });
    const [bytes] = error.toStatus().metadata?.get('grpc-status-details-bin') ?? [];
    const { code, message, details } = Status.decode(bytes as Buffer);
    expect({ code, message }).toEqual({
      code: status.UNAVAILABLE,
      message: 'No machine is ready.',
    });
    expect(details.map(({ typeUrl }) => typeUrl)).toEqual([
      'type.googleapis.com/google.rpc.ErrorInfo',
      'type.googleapis.com/google.rpc.RetryInfo',
    ]);
    expect(ErrorInfo.decode(details[0]?.value ?? new Uint8Array(0))).toEqual({
      reason: 'MACHINE_NOT_READY',
      domain: 'pbot-vm',
      metadata: { machine: 'pbot-vm' },
    });
  });

  it('an RpcError that is converted stays as it is', () => {
    const error = new RpcError({ code: status.ABORTED, reason: 'X', message: 'x' });
    expect(RpcError.from(error)).toBe(error);
  });
});

describe('a request with bad fields', () => {
  it('the message of a bad request names every bad field', () => {
    const violations = [
      { field: 'program.language', description: 'is required' },
      { field: 'program.code', description: 'is required' },
    ];
    const error = RpcError.badRequest(violations);
    expect(error).toMatchObject({
      code: status.INVALID_ARGUMENT,
      reason: 'INVALID_REQUEST',
      message: 'program.language is required; program.code is required',
      violations,
    });
  });
});

describe('an error of somebody else', () => {
  it('an unexpected error keeps its text from the client', () => {
    const cause = new TypeError('the secret is 42');
    const error = RpcError.from(cause);
    expect(error).toMatchObject({ code: status.INTERNAL, reason: 'INTERNAL', cause });
    expect(error.message).not.toContain('42');
  });

  it('anything that can be thrown becomes an RpcError', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(RpcError.from(thrown)).toMatchObject({ reason: 'INTERNAL', cause: thrown });
      }),
    );
  });

  it('an error of the transport has the name of its code as its reason', () => {
    const error = RpcError.from(serviceError({ code: status.UNAVAILABLE, details: 'no route' }));
    expect(error).toMatchObject({
      code: status.UNAVAILABLE,
      reason: 'UNAVAILABLE',
      message: 'no route',
      metadata: {},
      violations: [],
      retryDelayMs: undefined,
    });
  });

  it('an error with details of an unknown kind keeps its code', () => {
    const details = [{ typeUrl: 'type.googleapis.com/x.Y', value: Uint8Array.of(1, 2, 3) }];
    const bytes = Status.encode({ code: status.UNAVAILABLE, message: '', details }).finish();
    expect(RpcError.from(withDetails(bytes))).toMatchObject({
      code: status.UNAVAILABLE,
      reason: 'UNAVAILABLE',
    });
  });

  it('an error with garbled details keeps its code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (garbage) => {
        expect(RpcError.from(withDetails(garbage))).toMatchObject({
          code: status.UNAVAILABLE,
          message: 'away',
        });
      }),
    );
  });
});
