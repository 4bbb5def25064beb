// Fuzz target: the readers of virsh's output.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { HypervisorError } from '../../../services/snapshot/hypervisor.js';
import {
  parseDomainInfo,
  parseDomainState,
  parseFailure,
  parseLoad,
  parseProcessorTime,
  parseRevertSituation,
  parseSnapshotInfo,
  parseSnapshotNames,
} from '../../../services/snapshot/virsh-output.js';
import type { Target } from './target.js';

const captured = ['domain.xml', 'snapshot.xml'].map((name) =>
  readFileSync(new URL(`../../unit/snapshot/captured/${name}`, import.meta.url), 'utf8'),
);

const piece = fc.constantFrom(
  '<domain ',
  "type='qemu'",
  '>',
  '</domain>',
  '<domainsnapshot>',
  '<creationTime>',
  '99999999999999999999',
  '1795340221',
  '</creationTime>',
  '<state>',
  'running',
  '</state>',
  '<cookie>',
  '<cpu',
  '</cpu>',
  '<pbotvm:layer ',
  ' path="',
  " base='",
  '"/>',
  "<source file='",
  "'",
  '&amp;',
  '\n',
  ' ',
  '  cpu.time=',
  'error: ',
  'domain moment ',
  ' already exists',
  '{"return":{',
  '"running":true}}',
  'x',
);

/**
 * What sends a search with many beginnings and no end through the whole text, again and again: for half a minute, where it
 * is not linear.
 */
const long = fc
  .tuple(fc.array(piece, { minLength: 1, maxLength: 3 }), fc.array(piece, { maxLength: 3 }))
  .map(([parts, end]) => {
    const part = parts.join('');
    return part.repeat(Math.ceil(100_000 / part.length)) + end.join('');
  });

const output = fc.oneof(
  { weight: 8, arbitrary: fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')) },
  { weight: 4, arbitrary: fc.string({ unit: 'binary' }) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...captured), fc.nat(), fc.nat(), fc.array(piece, { maxLength: 3 }))
      .map(([text, from, to, put]) => {
        const [start, end] = [from % text.length, to % text.length].sort((a, b) => a - b);
        return text.slice(0, start) + put.join('') + text.slice(end);
      }),
  },
  { weight: 1, arbitrary: long },
);

export const virsh: Target = {
  name: 'virsh',
  promise: 'what virsh and QEMU print is read in linear time, or refused with a HypervisorError',
  property: fc.property(output, (text) => {
    parseDomainState(text);
    parseSnapshotNames(text);
    const time = parseProcessorTime(text);
    assert.ok(time === undefined || time < 2n ** 64n, 'a time');
    assert.ok(parseFailure(text).message.length <= 500, 'a short message');
    attempt(() => parseLoad(text));
    attempt(() => parseRevertSituation('1', text));
    attempt(() => parseDomainInfo(text));
    const info = attempt(() => parseSnapshotInfo('1', text));
    assert.ok(info === undefined || !Number.isNaN(info.createdAt.getTime()), 'a date');
  }),
};

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    assert.ok(error instanceof HypervisorError, String(error));
    return undefined;
  }
}
