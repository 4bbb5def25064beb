// The Debian package depends on what `pbot-vm up` would otherwise install.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { packagesOf } from '../../../../deploy/host/tools.js';
import { neededTools } from '../../../../deploy/host/up/prerequisites.js';
import manifest from '../../../../package.json' with { type: 'json' };

const control = readFileSync('deploy/packages/debian/control', 'utf8');
const dependencies = /^Depends: (.*)$/m.exec(control)?.[1]?.split(', ') ?? [];

it('the Debian package depends on every package that pbot-vm up needs', () => {
  expect(dependencies).toEqual(expect.arrayContaining([...packagesOf(neededTools).debian]));
});

it('the Debian package depends on the Node.js that the package of npm asks for', () => {
  expect(dependencies).toContain(`nodejs (${manifest.engines.node.replace('>=', '>= ')})`);
});
