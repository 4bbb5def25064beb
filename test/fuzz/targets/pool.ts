// Fuzz target: the file of machines.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { configuredMachines, formatPool, readPoolFile } from '../../../services/lib/config/pool.js';
import { readFile } from './read-file.js';
import type { Target } from './target.js';

const address = fc.oneof(
  fc.integer({ min: 5555, max: 5570 }),
  fc.integer({ min: 5555, max: 5570 }).map((port) => `[::1]:${port}`),
  fc.constantFrom('unix:/a', 'unix:/b', 'unix:', 'host:', ''),
  fc.jsonValue(),
);
const name = fc.oneof(fc.stringMatching(/^[a-z]{1,3}$/), fc.string(), fc.jsonValue());

const entry = fc.record(
  {
    domain: name,
    serial: address,
    heart: address,
    name,
    snapshot: name,
    __proto__: fc.jsonValue(),
  },
  { requiredKeys: ['domain', 'serial', 'heart'] },
);

const text = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(entry, { maxLength: 4 }).map((entries) => JSON.stringify(entries)),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.constant('['.repeat(100_000)) },
);

const single = { kind: 'tcp', host: '127.0.0.1', port: 1 } as const;

export const pool: Target = {
  name: 'pool',
  promise: 'a file of machines is read as it can be written again, or refused with a UserError',
  property: fc.property(text, (content) => {
    const machines = read(content);
    if (machines === undefined) return;
    const config = { machines, domain: '', serial: single, heart: single, snapshotName: '1' };
    const configured = configuredMachines(config);
    const again = read(formatPool(configured));
    assert.ok(again !== undefined, 'what was written is read');
    assert.deepEqual(configuredMachines({ ...config, machines: again }), configured);
  }),
};

const read = (content: string) => readFile(content, readPoolFile);
