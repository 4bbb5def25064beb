// The file of tokens: who may call a service with which token, how often, and how much at a time.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { readJsonList } from '../config/json-list.js';
import { UserError } from '../process/user-error.js';

const serviceNames = ['executor', 'watchdog', 'snapshot'] as const;

export type ServiceName = (typeof serviceNames)[number];

/** What a service knows of a token. */
export interface TokenEntry {
  /** Of the client that has it. */
  readonly name: string;
  /** SHA-256 of the token. */
  readonly digest: Buffer;
  /** That may be called with it. */
  readonly services: readonly ServiceName[];
  /** Executions that may begin; `undefined`: as many as the client likes. */
  readonly rate: Rate | undefined;
  /** Executions that may be under way at the same time, those that wait included. */
  readonly concurrency: number | undefined;
}

export interface Rate {
  readonly perSecond: number;
  /** That may begin at once after a pause. */
  readonly burst: number;
}

/**
 * Reads a file of tokens: a JSON array with an object for each,
 * `{"name": "alice", "sha256": "9f86...", "services": ["executor"], "rate": 2, "burst": 10, "concurrency": 4}`; all but
 * the first two may be left out.
 *
 * @throws UserError with one sentence that names the place
 */
export function readTokenFile(path: string): TokenEntry[] {
  const entries = readJsonList({ path, schema: tokensSchema(), element: 'token' });
  requireDistinct(entries);
  return entries;
}

/** The entry of a token. Takes equally long whether there is one or not, and wherever it stands. */
export function findToken(entries: readonly TokenEntry[], token: string): TokenEntry | undefined {
  const digest = digestOf(token);
  let found: TokenEntry | undefined;
  for (const entry of entries) {
    if (timingSafeEqual(entry.digest, digest)) found = entry;
  }
  return found;
}

/** A token that nobody can guess, and what the file of tokens says of it. */
export function makeToken(name: string): { token: string; entry: string } {
  const token = `${tokenPrefix}${randomBytes(32).toString('base64url')}`;
  const sha256 = digestOf(token).toString('hex');
  return { token, entry: `{ "name": ${JSON.stringify(name)}, "sha256": "${sha256}" }` };
}

/** Name of a client, as the log and the file of tokens have it. */
export const tokenName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/, {
  error: 'must be 1 to 64 letters, digits, dots, dashes, underscores and @',
});

/** Programs that look for secrets in texts know them by their beginnings. */
const tokenPrefix = 'pbotvm_';

/** More clients than any service has: a longer list is an error. */
const maxTokens = 10_000;

/** Of a rate, of what may begin at once, and of what is under way. */
const maxAmount = 10_000;

/** Made when a file is read: that takes 2 ms, and most programs read none. */
function tokensSchema() {
  return z
    .array(tokenSchema(), { error: 'must be an array of tokens' })
    .max(maxTokens, { error: `must hold at most ${maxTokens} tokens` });
}

function tokenSchema() {
  return z
    .strictObject({
      name: tokenName,
      sha256: z
        .string()
        .regex(/^[0-9a-fA-F]{64}$/, { error: 'must be the SHA-256 of the token, 64 hex digits' }),
      services: servicesSchema().default(['executor']),
      rate: rateSchema().optional(),
      burst: countSchema().optional(),
      concurrency: countSchema().optional(),
    })
    .refine(({ rate, burst }) => rate !== undefined || burst === undefined, {
      error: 'means nothing without a rate',
      path: ['burst'],
    })
    .transform(
      ({ name, sha256, services: allowed, rate, burst, concurrency }): TokenEntry => ({
        name,
        digest: Buffer.from(sha256, 'hex'),
        services: allowed,
        rate: rate === undefined ? undefined : { perSecond: rate, burst: burst ?? Math.ceil(rate) },
        concurrency,
      }),
    );
}

function servicesSchema() {
  return z
    .array(
      z.enum([...serviceNames, 'all'], {
        error: `must be one of ${serviceNames.join(', ')}, all`,
      }),
      { error: 'must be an array of services' },
    )
    .min(1, { error: 'must name at least one service' })
    .transform((names) =>
      serviceNames.filter((name) => names.includes(name) || names.includes('all')),
    );
}

function rateSchema() {
  return z
    .number({ error: 'must be a number' })
    .refine((value) => value > 0 && value <= maxAmount, {
      error: `must be more than 0 and at most ${maxAmount}`,
    });
}

function countSchema() {
  return z
    .number({ error: 'must be a number' })
    .refine((value) => Number.isInteger(value) && value >= 1 && value <= maxAmount, {
      error: `must be a whole number from 1 to ${maxAmount}`,
    });
}

/** Two clients of one name would share their limits, and of one token could not be told apart. */
function requireDistinct(entries: readonly TokenEntry[]): void {
  const seen = new Map<string, number>();
  for (const [index, { name, digest }] of entries.entries()) {
    const claims = [
      ['name', `name ${name}`],
      ['sha256', digest.toString('hex')],
    ] as const;
    for (const [field, claim] of claims) {
      const other = seen.get(claim);
      if (other !== undefined) {
        throw new UserError(`token ${index + 1}, ${field}: is that of token ${other} too`);
      }
      seen.set(claim, index + 1);
    }
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
