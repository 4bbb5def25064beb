import { describe, expect, it } from 'vitest';
import {
  type Check,
  type Finding,
  failed,
  ok,
  skipped,
  warning,
} from '../../../../../deploy/host/doctor/check.js';
import { reportChecks } from '../../../../../deploy/host/doctor/report.js';

describe('the report of the doctor', () => {
  it('the report of the doctor is one line a check, the advice below it, and a summary', async () => {
    const { text } = await report([
      check('one', ok('fine')),
      check('two', warning('slow', 'Hurry.')),
      check('three', failed('broken', 'Fix it.')),
      check('four', skipped('not seen', 'Fix "three" first.')),
    ]);
    expect(text).toBe(
      [
        'ok    one: fine',
        'warn  two: slow',
        '      fix: Hurry.',
        'FAIL  three: broken',
        '      fix: Fix it.',
        'skip  four: not seen',
        '      fix: Fix "three" first.',
        '4 checks: 1 ok, 1 warning, 1 failed, 1 skipped.',
        '',
      ].join('\n'),
    );
  });

  it('the report of the doctor ends with 1 when a check failed', async () => {
    const { exitCode } = await report([check('one', ok('')), check('two', failed('', ''))]);
    expect(exitCode).toBe(1);
  });

  it('the report of the doctor ends with 0 when there are only warnings', async () => {
    const { exitCode } = await report([
      check('one', warning('', '')),
      check('two', skipped('', '')),
    ]);
    expect(exitCode).toBe(0);
  });

  it('the report of the doctor is one JSON array when asked for', async () => {
    const { text } = await report([check('one', ok('fine')), check('two', failed('no', 'Do.'))], {
      json: true,
    });
    expect(JSON.parse(text)).toEqual([
      { title: 'one', level: 'ok', detail: 'fine' },
      { title: 'two', level: 'failed', detail: 'no', fix: 'Do.' },
    ]);
  });

  it('the report of the doctor goes on when a check throws', async () => {
    const broken: Check = { title: 'one', run: () => Promise.reject(new Error('oops')) };
    const { text, exitCode } = await report([broken, check('two', ok('fine'))]);
    expect(text).toContain('FAIL  one: this could not be checked: oops\n');
    expect(text).toContain('ok    two: fine\n');
    expect(exitCode).toBe(1);
  });

  it('the report of the doctor keeps its order, whatever check is done first', async () => {
    let finishFirst = (_: Finding) => {};
    const first: Check = {
      title: 'first',
      run: () =>
        new Promise((resolve) => {
          finishFirst = resolve;
        }),
    };
    const second: Check = {
      title: 'second',
      run: () => {
        finishFirst(ok(''));
        return Promise.resolve(ok(''));
      },
    };
    const { text } = await report([first, second]);
    expect(text.indexOf('first')).toBeLessThan(text.indexOf('second'));
  });

  it('the report of the doctor lets no other program break its lines or steer the terminal', async () => {
    const { text } = await report([check('one', failed('a\nok    two: b\u001b[2J', 'c\r\nd'))]);
    expect(text.split('\n').slice(0, 2)).toEqual([
      'FAIL  one: a ok    two: b [2J',
      '      fix: c d',
    ]);
  });
});

function check(title: string, finding: Finding): Check {
  return { title, run: () => Promise.resolve(finding) };
}

async function report(checks: readonly Check[], options = { json: false }) {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  const exitCode = await reportChecks(checks, { ...options, write });
  return { text, exitCode };
}
