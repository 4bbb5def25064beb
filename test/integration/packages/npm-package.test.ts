// The package of npm: it installs without a network and without other packages, and its programs run.

import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleGuest } from '../../../deploy/build/programs.js';
import { version } from '../../../services/lib/process/version.js';
import { sharedPrograms } from '../../support/programs.js';

let scratch: string;
let installed: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'pbot-vm-package-'));
  // In a tree of its own: dist/ may be in use.
  const tree = join(scratch, 'tree');
  for (const path of ['package.json', 'README.md', 'LICENSE', 'deploy/add-serials']) {
    cpSync(path, join(tree, path));
  }
  cpSync(dirname(sharedPrograms().executor), join(tree, 'dist'), { recursive: true });
  await bundleGuest(join(tree, 'dist/guest'));
  await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', scratch], { cwd: tree });
  const archive = join(scratch, `pbot-vm-${version}.tgz`);
  const prefix = join(scratch, 'prefix');
  await execa('npm', [
    'install',
    '--global',
    '--offline',
    '--no-audit',
    '--prefix',
    prefix,
    archive,
  ]);
  installed = join(prefix, 'lib/node_modules/pbot-vm');
});

afterAll(() => rmSync(scratch, { recursive: true }));

const program = (name: string) => join(scratch, 'prefix/bin', name);

it.each(['pbot-vm', 'vm-exec', 'vm-client', 'vm-server'])(
  '%s of the installed package prints its version',
  async (name) => {
    const { stdout } = await execa(program(name), ['--version']);
    expect(stdout).toBe(`${name} ${version}`);
  },
);

it('pbot-vm doctor of the installed package checks this host', async () => {
  const { stdout } = await execa(program('pbot-vm'), ['doctor', '--json'], {
    reject: false,
    env: { PBOTVM_HOME: join(scratch, 'home'), PBOTVM_DOMAIN: 'pbot-vm-package' },
  });
  const checks = JSON.parse(stdout) as { title: string; level: string }[];
  expect(checks.map(({ title }) => title)).toContain('KVM');
});

it('the package holds what up installs: the units, the guest, the licenses, and no sources, maps of them or code for one Node.js alone', () => {
  for (const path of [
    'dist/executor.js',
    'dist/telemetry-sdk.js',
    'dist/vm-exec-main.js',
    'dist/systemd/pbot-vm-executor@.service',
    'dist/guest/guest-server.cjs',
    'dist/guest/setup-guest',
    'dist/guest/inspection/program.c',
    'dist/THIRD-PARTY-LICENSES',
    'deploy/add-serials',
    'LICENSE',
  ]) {
    expect(existsSync(join(installed, path)), path).toBe(true);
  }
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  expect(files.filter((path) => /\.(map|ts|compiled)$/.test(path))).toEqual([]);
});
