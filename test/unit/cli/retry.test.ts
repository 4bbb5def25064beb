import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { retryBounds, retryUnstarted } from '../../../services/cli/retry.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import { ManualClock } from '../watchdog/manual-clock.js';

const notStarted = { metadata: { execution: 'NOT_STARTED' } };
const unreached = new RpcError({
  code: status.UNAVAILABLE,
  reason: 'UNAVAILABLE',
  message: 'No connection established.',
});
const reverting = new RpcError({ reason: 'MACHINE_NOT_READY', message: 'wait', ...notStarted });
const queueFull = new RpcError({ reason: 'QUEUE_FULL', message: 'full', ...notStarted });
const invalid = new RpcError({ reason: 'INVALID_REQUEST', message: 'no', ...notStarted });
const lost = new RpcError({
  reason: 'MACHINE_LOST',
  message: 'lost',
  metadata: { execution: 'OUTCOME_UNKNOWN' },
});

/** Attempts that fail with these errors, one after the other, and then succeed. */
function play(
  errors: readonly Error[],
  options: { hasHeaders?: boolean; signal?: AbortSignal } = {},
) {
  const clock = new ManualClock();
  const { hasHeaders = false, ...rest } = options;
  const attemptsMs: number[] = [];
  const result = retryUnstarted(
    (onHeaders) => {
      const error = errors[attemptsMs.length];
      attemptsMs.push(clock.nowMs());
      if (hasHeaders) onHeaders();
      return error === undefined ? Promise.resolve('done') : Promise.reject(error);
    },
    { clock, ...rest },
  );
  return { clock, attemptsMs, result };
}

describe('a call that is repeated', () => {
  it('a call that no service has answered is repeated with a growing delay', async () => {
    const { clock, attemptsMs, result } = play([unreached, unreached, unreached]);
    await clock.advance(1000);
    await expect(result).resolves.toBe('done');
    expect(attemptsMs).toEqual([0, 100, 300, 700]);
  });

  it('a call that was not started is repeated after the delay that the service asks for', async () => {
    const { clock, attemptsMs, result } = play([reverting, queueFull]);
    await clock.advance(3000);
    await expect(result).resolves.toBe('done');
    expect(attemptsMs).toEqual([0, 1000, 2000]);
  });

  it.each([
    ['whose outcome is unknown', lost],
    ['that can never work', invalid],
    ['with an error of another kind', new TypeError('a defect')],
  ])('a call %s is not repeated', async (_, error) => {
    const { attemptsMs, result } = play([error]);
    await expect(result).rejects.toBe(error);
    expect(attemptsMs).toEqual([0]);
  });

  it('a call whose response headers were seen is repeated only where the service says that nothing was started', async () => {
    const unexplained = play([unreached], { hasHeaders: true });
    await expect(unexplained.result).rejects.toBe(unreached);
    expect(unexplained.attemptsMs).toEqual([0]);
    const explained = play([reverting], { hasHeaders: true });
    await explained.clock.advance(1000);
    await expect(explained.result).resolves.toBe('done');
  });

  it.each([
    ['no service answers', unreached],
    ['the queue stays full', queueFull],
  ])('a call is given up in time where %s for ever', async (_, error) => {
    const { clock, attemptsMs, result } = play(Array.from({ length: 100 }, () => error));
    const failed = expect(result).rejects.toBe(error);
    await clock.advance(60_000);
    await failed;
    expect(attemptsMs.length).toBeGreaterThan(2);
    expect(attemptsMs.length).toBeLessThanOrEqual(retryBounds.maxAttempts);
    expect(attemptsMs.at(-1)).toBeLessThanOrEqual(retryBounds.forMs);
  });

  it('a call is not repeated after its user has interrupted it', async () => {
    const stop = new AbortController();
    const { clock, attemptsMs, result } = play([unreached], { signal: stop.signal });
    const failed = expect(result).rejects.toBe(unreached);
    await clock.advance(50);
    stop.abort();
    await failed;
    expect(attemptsMs).toEqual([0]);
  });
});
