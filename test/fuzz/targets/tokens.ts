// Fuzz target: the file of tokens.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { findToken, readTokenFile } from '../../../services/lib/access/tokens.js';
import { readFile } from './read-file.js';
import type { Target } from './target.js';

/** What a client may send as its token. */
const secret = fc.oneof(fc.constantFrom('a', 'b', 'c', ''), fc.string({ unit: 'binary' }));

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

/** Most files are as an operator means them. */
const mostly = <T>(good: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 60, arbitrary: good }, { weight: 1, arbitrary: fc.jsonValue() });

const count = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 10_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 10_001, 1.5) },
);

const wellNamed = fc.record(
  {
    name: mostly(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,3}$/)),
    sha256: mostly(
      fc
        .tuple(secret, fc.boolean())
        .map(([token, isUpper]) => (isUpper ? hashOf(token).toUpperCase() : hashOf(token))),
    ),
    services: mostly(
      fc.array(fc.constantFrom('executor', 'watchdog', 'snapshot', 'all'), { minLength: 1 }),
    ),
    rate: mostly(fc.oneof(fc.double({ min: 0, max: 10_001, noNaN: true }), fc.constant(1e-300))),
    burst: mostly(count),
    concurrency: mostly(count),
  },
  { requiredKeys: ['name', 'sha256', 'rate'] },
);

const entry = fc.oneof(
  { weight: 30, arbitrary: wellNamed },
  { weight: 30, arbitrary: wellNamed.map(({ name, sha256 }) => ({ name, sha256 })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(wellNamed, fc.constantFrom('__proto__', 'constructor', 'burst', 'token'), fc.nat())
      .map(([each, key, value]) => Object.fromEntries([...Object.entries(each), [key, value]])),
  },
);

const text = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(entry, { maxLength: 4 }).map((entries) => JSON.stringify(entries)),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.constant('['.repeat(100_000)) },
);

export const tokens: Target = {
  name: 'tokens',
  promise:
    'a file of tokens gives each client its own limits and nobody else a right, or is refused with a UserError',
  property: fc.property(text, secret, (content, token) => {
    const entries = readFile(content, readTokenFile);
    if (entries === undefined) return;
    for (const { digest, services, rate, concurrency } of entries) {
      assert.equal(digest.length, 32);
      assert.ok(services.length > 0 && new Set(services).size === services.length, 'services');
      assert.ok(rate === undefined || (rate.perSecond > 0 && rate.perSecond <= 10_000), 'a rate');
      assert.ok(rate === undefined || isCount(rate.burst), 'a burst');
      assert.ok(concurrency === undefined || isCount(concurrency), 'a concurrency');
    }
    assert.equal(new Set(entries.map(({ name }) => name)).size, entries.length);
    const mayBe = entries.filter(({ digest }) => digest.toString('hex') === hashOf(token));
    assert.ok(mayBe.length <= 1, 'one client of a token');
    assert.equal(findToken(entries, token), mayBe[0]);
  }),
};

const isCount = (value: number) => Number.isInteger(value) && value >= 1 && value <= 10_000;
