import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  configuredMachines,
  formatPool,
  type MachineConfig,
  readPoolFile,
} from '../../../../services/lib/config/pool.js';
import { UserError } from '../../../../services/lib/process/user-error.js';

const directory = mkdtempSync(join(tmpdir(), 'pbot-vm-pool-'));

afterAll(() => rmSync(directory, { recursive: true }));

function read(text: string) {
  const path = join(directory, 'machines.json');
  writeFileSync(path, text);
  return readPoolFile(path);
}

function errorText(value: unknown): string {
  try {
    read(typeof value === 'string' ? value : JSON.stringify(value));
  } catch (error) {
    if (error instanceof UserError) return error.message;
  }
  return 'nothing';
}

const tcp = (port: number) => ({ kind: 'tcp' as const, host: '127.0.0.1', port });

const one = { domain: 'one', serial: 5555, heart: 5556 };
const two = { domain: 'two', serial: '127.0.0.1:5557', heart: 'unix:/run/two', snapshot: 'clean' };

const single = {
  machines: undefined,
  domain: 'pbot-vm',
  serial: tcp(5555),
  heart: tcp(5556),
  snapshotName: '1',
};

describe('a file of machines', () => {
  it('a machine of the file may have neither name nor snapshot', () => {
    const machines = read(JSON.stringify([one, two]));
    expect(configuredMachines({ ...single, machines })).toEqual([
      { name: 'one', domain: 'one', serial: tcp(5555), heart: tcp(5556), snapshotName: '1' },
      {
        name: 'two',
        domain: 'two',
        serial: tcp(5557),
        heart: { kind: 'unix', path: '/run/two' },
        snapshotName: 'clean',
      },
    ]);
  });

  it('a file of machines that is written is read as it was', () => {
    const machine = fc.record({
      name: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
      snapshotName: fc.stringMatching(/^[a-z0-9]{1,8}$/),
    });
    const machines = fc
      .uniqueArray(machine, { minLength: 1, maxLength: 20, selector: ({ name }) => name })
      .map((each) =>
        each.map(
          ({ name, snapshotName }, i): MachineConfig => ({
            name,
            domain: `vm-${name}`,
            serial: tcp(5555 + 2 * i),
            heart: { kind: 'unix', path: `/run/${i}` },
            snapshotName,
          }),
        ),
      );
    fc.assert(
      fc.property(machines, (each) => {
        const written = read(formatPool(each));
        expect(configuredMachines({ ...single, machines: written })).toEqual(each);
      }),
    );
  });

  it.each([
    ['no JSON', '[', /^it is no valid JSON: /],
    ['no array', {}, /^must be an array of machines$/],
    ['no machine', [], /^must hold at least one machine$/],
    ['no domain', [{ serial: 1, heart: 2 }], /^machine 1, domain: /],
    [
      'a domain that is an option of virsh',
      [{ ...one, domain: '--all' }],
      /^machine 1, domain: must be/,
    ],
    ['a bad address', [one, { ...two, heart: 'x:y' }], /^machine 2, heart: "x:y" is no port/],
    ['a field that nobody knows', [{ ...one, hart: 1 }], /^machine 1: .*hart/],
    [
      'a domain twice',
      [one, { ...two, domain: 'one', name: 'other' }],
      /^machine 2, domain: domain one is/,
    ],
    ['a name twice', [one, { ...two, name: 'one' }], /^machine 2, name: name one is/],
    [
      'an address twice',
      [one, { ...two, serial: 5556 }],
      /^machine 2, serial: address 127.0.0.1:5556 is that of machine 1, heart too$/,
    ],
  ])(
    'a file of machines with %s is rejected with the place of the error',
    (_what, value, message) => {
      expect(errorText(value)).toMatch(message);
    },
  );

  it('a file of machines that does not exist is rejected', () => {
    expect(() => readPoolFile(join(directory, 'nowhere'))).toThrow(UserError);
  });
});

describe('without a file', () => {
  it('without a file of machines there is the one machine of the variables', () => {
    expect(configuredMachines(single)).toEqual([
      {
        name: 'pbot-vm',
        domain: 'pbot-vm',
        serial: tcp(5555),
        heart: tcp(5556),
        snapshotName: '1',
      },
    ]);
  });
});
