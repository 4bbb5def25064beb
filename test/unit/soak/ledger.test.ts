import { describe, expect, test } from 'vitest';
import { Ledger } from '../../soak/ledger.js';

const sh = { program: 'sh', protocol: 'line' };

const lostUnder = (machine: string | undefined, startedAtMs: number, endedAtMs: number) => ({
  kind: 'unknown' as const,
  startedAtMs,
  endedAtMs,
  ...(machine === undefined ? {} : { machine }),
});

describe('the ledger of a soak', () => {
  test('counts an answer as one, whatever it is, and a refusal as none', () => {
    const ledger = new Ledger();
    const perl = { program: 'perl', protocol: 'line' };
    ledger.noteRejection(sh, 'QUEUE_FULL');
    ledger.noteRejection(sh, 'QUEUE_FULL');
    ledger.note(sh, { kind: 'right', ms: 5 });
    ledger.note({ ...sh, protocol: 'Execute' }, { kind: 'wrong', detail: 'it said 3' });
    ledger.note(sh, { kind: 'lost', detail: 'no answer' });
    ledger.note(perl, { kind: 'right', ms: 7 });
    expect(ledger.rows('program')).toMatchObject([
      { name: 'perl', accepted: 1, answered: 1, right: 1 },
      { name: 'sh', accepted: 3, answered: 2, right: 1, wrong: 1, lost: 1, ms: [5] },
    ]);
    expect(ledger.rows('protocol')).toMatchObject([
      { name: 'Execute', accepted: 1, wrong: 1 },
      { name: 'line', accepted: 3, right: 2, lost: 1 },
    ]);
    expect(ledger.total()).toMatchObject({ accepted: 4, answered: 3, right: 2, ms: [5, 7] });
    expect(ledger.total().refused).toEqual(new Map([['QUEUE_FULL', 2]]));
    expect(ledger.details()).toEqual([
      'wrong: sh by Execute: it said 3',
      'lost: sh by line: no answer',
    ]);
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
    ledger.note(sh, answer);
    ledger.judge([{ machine: 'a', atMs: 1000 }]);
    const [unknown, wrong] = isLegal ? [1, 0] : [0, 1];
    expect(ledger.total()).toMatchObject({ accepted: 1, answered: 1, unknown, wrong });
    expect(ledger.details()).toHaveLength(isLegal ? 0 : 1);
  });
});
