import { describe, expect, test } from 'vitest';
import { Ledger, totalOf } from '../../soak/ledger.js';

const lostUnder = (machine: string | undefined, startedAtMs: number, endedAtMs: number) => ({
  kind: 'unknown' as const,
  startedAtMs,
  endedAtMs,
  ...(machine === undefined ? {} : { machine }),
});

describe('the ledger of a soak', () => {
  test('counts an answer as one, whatever it is, and a refusal as none', () => {
    const ledger = new Ledger();
    ledger.noteRefusal('sh', 'QUEUE_FULL');
    ledger.noteRefusal('sh', 'QUEUE_FULL');
    ledger.note('sh', { kind: 'right', ms: 5 });
    ledger.note('sh', { kind: 'wrong', detail: 'it said 3' });
    ledger.note('sh', { kind: 'lost', detail: 'no answer' });
    ledger.note('perl', { kind: 'right', ms: 7 });
    expect(ledger.rows()).toMatchObject([
      { kind: 'perl', accepted: 1, answered: 1, right: 1 },
      { kind: 'sh', accepted: 3, answered: 2, right: 1, wrong: 1, lost: 1, ms: [5] },
    ]);
    expect(totalOf(ledger.rows())).toMatchObject({
      accepted: 4,
      answered: 3,
      right: 2,
      ms: [7, 5],
    });
    expect(totalOf(ledger.rows()).refused).toEqual(new Map([['QUEUE_FULL', 2]]));
    expect(ledger.details()).toEqual(['wrong: sh: it said 3', 'lost: sh: no answer']);
  });

  test.each([
    ['while the program ran', lostUnder('a', 900, 1100), true],
    ['soon after it was lost', lostUnder('a', 500, 900), true],
    ['on a machine that the client was not told', lostUnder(undefined, 900, 1100), true],
    ['before it was started', lostUnder('a', 1001, 1100), false],
    ['long after it was lost', lostUnder('a', -80_000, -70_000), false],
    ['of another machine', lostUnder('b', 900, 1100), false],
  ])('takes a revert %s for the reason of a loss, or not', (_when, answer, isLegal) => {
    const ledger = new Ledger();
    ledger.note('sh', answer);
    ledger.judge([{ machine: 'a', atMs: 1000 }]);
    expect(ledger.rows()).toMatchObject([
      { accepted: 1, answered: 1, unknown: isLegal ? 1 : 0, wrong: isLegal ? 0 : 1 },
    ]);
    expect(ledger.details()).toHaveLength(isLegal ? 0 : 1);
  });
});
