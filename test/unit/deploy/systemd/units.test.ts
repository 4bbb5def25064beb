// The units of systemd are valid, and leave the services few rights. systemd's own tools say so, where they are installed.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { services, sharedUnit } from '../../../../deploy/host/systemd/unit-files.js';
import { memoryReturn } from '../../../../services/lib/process/memory-return.js';

/** Of systemd-analyze: 0 is no exposure, 10 is that of a service without any hardening. */
const maxExposure = 2.5;

const { failed: isMissing } = await execa('systemd-analyze', ['--version'], { reject: false });
if (isMissing) console.warn('systemd-analyze is not installed: the units are not verified');

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pbot-vm-units-'));
  for (const name of [
    ...services.map((service) => `pbot-vm-${service}@.service`),
    'pbot-vm@.target',
  ]) {
    const text = readFileSync(join('deploy/systemd', name), 'utf8');
    // The one of this host.
    writeFileSync(join(directory, name), sharedUnit(text, process.execPath));
  }
});

afterAll(() => rmSync(directory, { recursive: true }));

describe.skipIf(isMissing)('the units of systemd', () => {
  it('systemd finds no error in them', async () => {
    const units = [...services.map((name) => `pbot-vm-${name}@set.service`), 'pbot-vm@set.target'];
    const paths = units.map((name) => join(directory, name));
    const { exitCode, all } = await execa('systemd-analyze', ['verify', '--man=no', ...paths], {
      reject: false,
      all: true,
    });
    expect(all).toBe('');
    expect(exitCode).toBe(0);
  });

  it.each(services)('the exposure of the %s is low', async (service) => {
    const path = join(directory, `pbot-vm-${service}@.service`);
    const { stdout } = await execa('systemd-analyze', [
      'security',
      '--offline=yes',
      '--no-pager',
      path,
    ]);
    const exposure = /Overall exposure level for [^:]*: ([\d.]+)/.exec(stdout)?.[1];
    expect(Number(exposure)).toBeLessThanOrEqual(maxExposure);
  });
});

it.each(services)('the %s gives freed memory back to the host', (service) => {
  const unit = readFileSync(join('deploy/systemd', `pbot-vm-${service}@.service`), 'utf8');
  const words = unit.match(/^Environment=(MALLOC_.*)$/m)?.[1]?.split(' ');
  expect(words).toEqual(Object.entries(memoryReturn).map(([name, value]) => `${name}=${value}`));
});
