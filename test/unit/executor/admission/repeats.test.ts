import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptMs, Repeats } from '../../../../services/executor/admission/repeats.js';

const key = fc.constantFrom('a', 'b', 'c', 'd');
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('request' as const), key, digest: fc.constantFrom('1', '2') }),
    fc.record({ kind: fc.constant('end' as const), key, bytes: fc.nat(60) }),
    fc.record({ kind: fc.constant('forget' as const), key }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(keptMs) }),
  ),
  { maxLength: 60 },
);

describe('the books of repeats', () => {
  it('books of repeats never drop what runs, never exceed their budget, and give no result to another program', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const repeats = new Repeats<number>({ maxBytes: 100 });
        const running = new Map<string, { digest: string; execution: number }>();
        const begun: { digest: string; endedAtMs?: number }[] = [];
        let nowMs = 0;
        for (const step of sequence) {
          if (step.kind === 'wait') nowMs += step.ms;
          if (step.kind === 'forget') {
            repeats.forget(step.key);
            running.delete(step.key);
          }
          if (step.kind === 'end') {
            const ended = begun[running.get(step.key)?.execution ?? -1];
            if (ended !== undefined) ended.endedAtMs = nowMs;
            repeats.end(step.key, step.bytes, nowMs);
            running.delete(step.key);
          }
          if (step.kind === 'request') {
            const found = repeats.find(step.key, step.digest, nowMs);
            const own = running.get(step.key);
            if (own?.digest === step.digest) {
              expect(found).toEqual({ kind: 'joined', execution: own.execution });
            } else if (own !== undefined) {
              expect(found).toEqual({ kind: 'other program' });
            }
            if (found.kind === 'joined') {
              const { digest, endedAtMs = nowMs } = begun[found.execution] ?? { digest: '' };
              expect(digest).toBe(step.digest);
              expect(nowMs - endedAtMs).toBeLessThan(keptMs);
            }
            if (found.kind === 'none') {
              const execution = begun.push({ digest: step.digest }) - 1;
              repeats.begin(step.key, step.digest, execution);
              running.set(step.key, { digest: step.digest, execution });
            }
          }
          expect(repeats.keptBytes).toBeLessThanOrEqual(100);
        }
        repeats.expire(nowMs + keptMs);
        expect(repeats.keptBytes).toBe(0);
      }),
    );
  });

  it('books of repeats drop the results that ended first when all are too large', () => {
    const repeats = new Repeats<string>({ maxBytes: 100 });
    for (const each of ['first', 'second', 'third']) {
      repeats.begin(each, 'digest', each);
      repeats.end(each, 50, 0);
    }
    expect(repeats.find('first', 'digest', 1)).toEqual({ kind: 'none' });
    expect(repeats.find('second', 'digest', 1)).toEqual({ kind: 'joined', execution: 'second' });
    expect(repeats.find('third', 'digest', 1)).toEqual({ kind: 'joined', execution: 'third' });
  });

  it('books of repeats keep nothing that did not start', () => {
    const repeats = new Repeats<string>({ maxBytes: 100 });
    repeats.begin('key', 'digest', 'execution');
    repeats.forget('key');
    expect(repeats.find('key', 'another digest', 0)).toEqual({ kind: 'none' });
  });
});
