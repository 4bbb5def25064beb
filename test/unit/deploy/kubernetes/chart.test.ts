// What the Helm chart shares with the rest of the project.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memoryReturn } from '../../../../services/lib/process/memory-return.js';
import { version } from '../../../../services/lib/process/version.js';

it('the chart has the version of pbot-vm', () => {
  const chart = readFileSync('deploy/kubernetes/Chart.yaml', 'utf8');
  expect(/^version: (.*)$/m.exec(chart)?.[1]).toBe(version);
  expect(/^appVersion: "(.*)"$/m.exec(chart)?.[1]).toBe(version);
});

it('the images have the C library give memory back as the services under systemd do', () => {
  const containerfile = readFileSync('deploy/containers/Containerfile', 'utf8');
  for (const [name, value] of Object.entries(memoryReturn)) {
    expect(containerfile).toContain(`${name}=${value}`);
  }
});
