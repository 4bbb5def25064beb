import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findToken, makeToken, readTokenFile } from '../../../../services/lib/access/tokens.js';
import { UserError } from '../../../../services/lib/process/user-error.js';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pbot-vm-tokens-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function readText(text: string) {
  const path = join(directory, 'tokens.json');
  writeFileSync(path, text);
  return readTokenFile(path);
}

const read = (value: unknown) => readText(JSON.stringify(value));

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

const alice = { name: 'alice', sha256: hashOf('a') };

describe('a file of tokens', () => {
  it('a token may run programs, do nothing else and has no limits, unless the file says otherwise', () => {
    expect(read([alice])).toEqual([
      {
        name: 'alice',
        digest: Buffer.from(alice.sha256, 'hex'),
        services: ['executor'],
        rate: undefined,
        concurrency: undefined,
      },
    ]);
  });

  it('the file of tokens says which services a token may call, how often, and how many at the same time', () => {
    const limits = { services: ['snapshot', 'watchdog'], rate: 0.5, burst: 7, concurrency: 3 };
    expect(read([{ ...alice, ...limits }])).toMatchObject([
      { services: ['watchdog', 'snapshot'], rate: { perSecond: 0.5, burst: 7 }, concurrency: 3 },
    ]);
  });

  it('the file of tokens may name all services at once', () => {
    expect(read([{ ...alice, services: ['all'] }])[0]?.services).toEqual([
      'executor',
      'watchdog',
      'snapshot',
    ]);
  });

  it('without a burst as many executions may begin at once as in a second, but at least one', () => {
    const bursts = [0.1, 1, 2.5].map((rate) => read([{ ...alice, rate }])[0]?.rate?.burst);
    expect(bursts).toEqual([1, 1, 3]);
  });

  it('the file of tokens may be empty: nobody is admitted then', () => {
    expect(read([])).toEqual([]);
  });

  it.each([
    ['{}', 'must be an array of tokens'],
    ['[', /^it is no valid JSON: /],
    [[{ ...alice, name: 'a b' }], /^token 1, name: must be 1 to 64 letters/],
    [[alice, { name: 'bob' }], /^token 2, sha256: /],
    [[{ ...alice, sha256: 'secret' }], /^token 1, sha256: must be the SHA-256 of the token/],
    [[{ ...alice, token: 'secret' }], /^token 1: .*token/],
    [[{ ...alice, services: 'executor' }], 'token 1, services: must be an array of services'],
    [[{ ...alice, services: [] }], 'token 1, services: must name at least one service'],
    [[{ ...alice, services: ['executer'] }], /^token 1, services, 0: must be one of executor, /],
    [[{ ...alice, rate: 0 }], 'token 1, rate: must be more than 0 and at most 10000'],
    [[{ ...alice, rate: '5' }], 'token 1, rate: must be a number'],
    [[{ ...alice, rate: 1, burst: 0 }], 'token 1, burst: must be a whole number from 1 to 10000'],
    [[{ ...alice, burst: 2 }], 'token 1, burst: means nothing without a rate'],
    [[{ ...alice, concurrency: 1.5 }], /^token 1, concurrency: must be a whole number/],
    [[alice, { ...alice, sha256: hashOf('b') }], 'token 2, name: is that of token 1 too'],
    [[alice, { ...alice, name: 'bob' }], 'token 2, sha256: is that of token 1 too'],
  ])('the file of tokens may not be %j', (content, message) => {
    const readIt = () => (typeof content === 'string' ? readText(content) : read(content));
    expect(readIt).toThrow(UserError);
    expect(readIt).toThrow(message);
  });

  it('a file of tokens that does not exist is reported by its name', () => {
    expect(() => readTokenFile('/nowhere/tokens.json')).toThrow(/ENOENT.*\/nowhere\/tokens\.json/);
  });
});

describe('a token', () => {
  it('a token is found by its hash, wherever it stands', () => {
    const entries = read(['a', 'b', 'c'].map((name) => ({ name, sha256: hashOf(`-${name}`) })));
    for (const name of ['a', 'b', 'c']) expect(findToken(entries, `-${name}`)?.name).toBe(name);
    expect(findToken(entries, 'a')).toBeUndefined();
    expect(findToken(entries, hashOf('-a'))).toBeUndefined();
    expect(findToken([], '')).toBeUndefined();
  });

  it('a new token comes with the line that the file needs', () => {
    const { token, entry } = makeToken('alice');
    expect(findToken(readText(`[${entry}]`), token)?.name).toBe('alice');
    expect(entry).not.toContain(token);
    expect(makeToken('alice').token).not.toBe(token);
  });
});
