import { describe, expect, test } from 'vitest';
import { ExecutionResult, Limit } from '../../../services/gen/pbot/vm/v1/executor.js';
import {
  AttackHeadError,
  bringsRevert,
  isExpected,
  parseAttack,
  readAttacks,
  verdictOf,
} from '../../support/attack.js';

const least = '# attack: tries it\n# language: sh\n# expect: exit 0\n';

describe('the head of an attack', () => {
  test('needs no more than what it tries, its language and what is expected', () => {
    const attack = parseAttack('name.of.it.sh', `${least}echo done\n`);
    expect(attack).toMatchObject({
      name: 'name.of.it',
      aim: 'tries it',
      expected: ['exit 0'],
      reverts: 'no',
      stdout: [],
      outputExcludes: [],
    });
    expect(attack.program).toMatchObject({
      language: 'sh',
      code: `${least}echo done\n`,
      options: [],
      timeLimit: { seconds: 3n, nanos: 0 },
      maxOutputBytes: 0n,
    });
  });

  test('says all else that a program can have', () => {
    const attack = parseAttack(
      'x.c',
      [
        '#!/usr/bin/tcc -run',
        '// attack: tries it',
        '// language: gcc',
        '// options: -O0  -lm',
        '// arguments: one two',
        '// environment: PATH=. EMPTY= EQUALS=a=b',
        '// stdin: "line\\n\\u0000"',
        '// time-limit: 500 ms',
        '// max-output: 64 KiB',
        '// expect: exit *, compile signal SIGKILL',
        '// expect: limit MEMORY',
        '// reverts: maybe',
        '// stdout: ^a: b$',
        '// output-excludes: one',
        '// output-excludes: two',
        'int main;',
        '// nothing: of the head',
      ].join('\n'),
    );
    expect(attack.program).toMatchObject({
      options: ['-O0', '-lm'],
      arguments: ['one', 'two'],
      environment: { PATH: '.', EMPTY: '', EQUALS: 'a=b' },
      stdin: Buffer.from('line\n\0'),
      timeLimit: { seconds: 0n, nanos: 500_000_000 },
      maxOutputBytes: 65_536n,
    });
    expect(attack.expected).toEqual(['exit *', 'compile signal SIGKILL', 'limit MEMORY']);
    expect(attack.reverts).toBe('maybe');
    expect(attack.stdout).toEqual([/^a: b$/]);
    expect(attack.outputExcludes).toEqual([/one/, /two/]);
  });

  test.each([
    ['', 'x:1 has no "attack"'],
    ['echo', 'x:1 has no "language"'],
    ['# language: sh\n# expect: exit 0', 'x:1 has no "attack"'],
    ['# attack: a\n# expect: exit 0', 'x:1 has no "language"'],
    ['# attack: a\n# language: sh', 'x:1 has no "expect"'],
    ['# attack: \n# language: sh\n# expect: exit 0', "x:1 can't be read: attack: "],
    [`# attack: a\n${least}`, 'x:2 has a second "attack"'],
    [`${least}# a comment`, 'x:4 is a comment in the head, and no "key: value"'],
    [`${least}#\n`, 'x:4 is a comment in the head, and no "key: value"'],
    [`${least}# colour: red`, 'x:4 has an unknown key "colour"'],
    [`${least}# language: qbasic`, "x:4 can't be read: language: qbasic"],
    [`${least}# expect: exit`, "x:4 can't be read: expect: exit"],
    [`${least}# expect: exit 0,`, "x:4 can't be read: expect: exit 0,"],
    [`${least}# expect: exit 1234`, "x:4 can't be read: expect: exit 1234"],
    [`${least}# expect: limit PATIENCE`, "x:4 can't be read: expect: limit PATIENCE"],
    [`${least}# expect: compile lost`, "x:4 can't be read: expect: compile lost"],
    [`${least}# reverts: often`, "x:4 can't be read: reverts: often"],
    [`${least}# time-limit: 0 s`, "x:4 can't be read: time-limit: 0 s"],
    [`${least}# time-limit: 2`, "x:4 can't be read: time-limit: 2"],
    [`${least}# time-limit: 2 min`, "x:4 can't be read: time-limit: 2 min"],
    [`${least}# max-output: 0 B`, "x:4 can't be read: max-output: 0 B"],
    [`${least}# max-output: 1 GiB`, "x:4 can't be read: max-output: 1 GiB"],
    [`${least}# stdin: text`, "x:4 can't be read: stdin: text"],
    [`${least}# stdin: 7`, "x:4 can't be read: stdin: 7"],
    [`${least}# environment: 1=2`, "x:4 can't be read: environment: 1=2"],
    [`${least}# stdout: (`, "x:4 can't be read: stdout: ("],
  ])('is refused where it is malformed: %j', (text, violation) => {
    expect(() => parseAttack('x', text)).toThrow(AttackHeadError);
    expect(() => parseAttack('x', text)).toThrow(violation);
  });

  test('tells all its mistakes at once', () => {
    expect(() => parseAttack('x', '# time-limit: x\n# colour: red')).toThrow(
      [
        'x:2 has an unknown key "colour"',
        'x:1 has no "attack"',
        'x:1 has no "expect"',
        'x:1 has no "language"',
        "x:1 can't be read: time-limit: x",
      ].join('\n'),
    );
  });
});

describe('the corpus', () => {
  const attacks = readAttacks();

  test('can be read', () => {
    expect(attacks.length).toBeGreaterThan(50);
  });

  test('has a name and an aim of its own for each attack', () => {
    expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
    expect(new Set(attacks.map(({ aim }) => aim)).size).toBe(attacks.length);
  });
});

describe('a verdict', () => {
  const verdict = (result: Parameters<typeof ExecutionResult.fromPartial>[0]) =>
    verdictOf(ExecutionResult.fromPartial(result));

  test('is the outcome of the last phase', () => {
    const exit = (value: number) => ({ outcome: { $case: 'exitCode' as const, value } });
    expect(verdict({ run: exit(3) })).toBe('exit 3');
    expect(verdict({ compile: exit(0), run: exit(0) })).toBe('exit 0');
    expect(verdict({ compile: exit(1) })).toBe('compile exit 1');
    expect(verdict({ run: { outcome: { $case: 'signal', value: 'SIGSEGV' } } })).toBe(
      'signal SIGSEGV',
    );
    expect(verdict({})).toBe('nothing');
  });

  test('is the limit where one has ended the program, whatever the outcome', () => {
    const killed = { $case: 'signal' as const, value: 'SIGKILL' };
    expect(verdict({ run: { outcome: killed, limit: Limit.MEMORY } })).toBe('limit MEMORY');
    expect(verdict({ compile: { limit: Limit.WALL_TIME } })).toBe('compile limit WALL_TIME');
  });

  test('that a time-out or a lost machine has brought about brings a revert', () => {
    const verdicts = [
      'lost',
      'limit WALL_TIME',
      'compile limit WALL_TIME',
      'limit MEMORY',
      'exit 1',
    ];
    expect(verdicts.filter(bringsRevert)).toEqual(verdicts.slice(0, 3));
  });

  test('is expected by its own words or by a star', () => {
    expect(isExpected('exit 3', ['exit 3'])).toBe(true);
    expect(isExpected('exit 3', ['exit *'])).toBe(true);
    expect(isExpected('exit 3', ['exit 0', 'compile exit *', 'signal *'])).toBe(false);
    expect(isExpected('compile signal SIGSEGV', ['compile signal *'])).toBe(true);
    expect(isExpected('limit MEMORY', ['exit *', 'limit WALL_TIME'])).toBe(false);
    expect(isExpected('lost', ['lost'])).toBe(true);
  });
});
