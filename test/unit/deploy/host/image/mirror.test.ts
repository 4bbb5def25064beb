import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  defaultMirror,
  hostChecksValidity,
  hostMirror,
  mirrorOfDeb822,
  mirrorOfSourcesList,
  sourceLines,
} from '../../../../../deploy/host/image/mirror.js';
import { findTool } from '../../../../../deploy/host/tools.js';

describe('the Debian mirror', () => {
  it('the Debian mirror brings updates and security fixes with a stable suite', () => {
    expect(sourceLines('trixie', 'http://mirror.example/debian')).toEqual([
      'deb http://mirror.example/debian trixie main',
      'deb http://mirror.example/debian trixie-updates main',
      'deb http://deb.debian.org/debian-security trixie-security main',
    ]);
  });

  it('the Debian mirror asks for nothing else with a rolling suite, which has nothing else', () => {
    expect(sourceLines('sid', defaultMirror)).toEqual([`deb ${defaultMirror} sid main`]);
  });

  it('the Debian mirror is read from a one-line-style file, options and comments and security aside', () => {
    const text = `
# deb http://commented.example/debian bookworm main
deb http://security.debian.org/debian-security bookworm-security main
deb [arch=amd64 signed-by=/k.gpg] https://mirror.example/debian/ bookworm main
`;
    expect(mirrorOfSourcesList(text)).toBe('https://mirror.example/debian/');
  });

  it('the Debian mirror is read from a deb822-style file', () => {
    expect(mirrorOfDeb822('Types: deb\nURIs: http://mirror.example/debian\nSuites: x\n')).toBe(
      'http://mirror.example/debian',
    );
  });

  it("the Debian mirror is never an archive of somebody else's packages", () => {
    expect(mirrorOfSourcesList('deb https://deb.nodesource.com/node_20.x nodistro main')).toBe(
      undefined,
    );
  });

  it('the Debian mirror is the public one on a host that is not Debian', () => {
    expect(hostMirror('/nonexistent')).toBe(defaultMirror);
  });

  it.each(['false', 'no', '0'])(
    'the Debian mirror may be out of date where apt of the host says %s to that check',
    async (word) => {
      const root = await mkdtemp(join(tmpdir(), 'pbot-vm-apt-'));
      onTestFinished(() => rm(root, { recursive: true }));
      const config = join(root, 'apt.conf');
      // Nothing of this host's own files.
      const nowhere = 'Dir::Etc::Main "/nonexistent"; Dir::Etc::Parts "/nonexistent";\n';
      await writeFile(config, `${nowhere}Acquire::Check-Valid-Until "${word}";\n`);
      vi.stubEnv('APT_CONFIG', config);
      onTestFinished(() => void vi.unstubAllEnvs());
      const hasApt = findTool('apt-config') !== undefined;
      expect(await hostChecksValidity()).toBe(hasApt ? word : undefined);
    },
  );
});
