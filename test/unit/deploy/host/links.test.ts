// The links that make the programs known by their names.

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { linkPrograms, unlinkPrograms } from '../../../../deploy/host/links.js';

let root: string;
let programs: string;
let directory: string;

const names = ['pbot-vm', 'vm-client', 'vm-exec', 'vm-server'];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pbot-vm-links-'));
  programs = join(root, 'dist');
  directory = join(root, 'bin');
  mkdirSync(programs);
  mkdirSync(directory);
  for (const name of names) writeFileSync(join(programs, `${name}.js`), '');
});

afterEach(() => rmSync(root, { recursive: true }));

const home = () => ({ isRoot: true, homeDirectory: join(root, 'home') });

const link = (searchPath = '/usr/bin') => linkPrograms(home(), { programs, searchPath, directory });

it('each program is linked, and its link is removed again', async () => {
  await link();
  expect(readdirSync(directory).sort()).toEqual(names);
  expect(readlinkSync(join(directory, 'vm-exec'))).toBe(join(programs, 'vm-exec.js'));
  expect(await link()).toEqual([]);
  await unlinkPrograms(home());
  expect(readdirSync(directory)).toEqual([]);
});

it('a program of somebody else stays', async () => {
  writeFileSync(join(directory, 'vm-exec'), '#!/bin/sh\n');
  expect((await link()).filter((line) => line.includes('is not ours'))).toHaveLength(1);
  await unlinkPrograms(home());
  expect(readdirSync(directory)).toEqual(['vm-exec']);
});

it('programs that a package has linked need no second link', async () => {
  const packaged = join(root, 'usr-bin');
  mkdirSync(packaged);
  for (const name of names) symlinkSync(`../dist/${name}.js`, join(packaged, name));
  expect(await link(`/usr/bin:${packaged}`)).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
});

it('the links that npm makes for one run of npx count for nothing', async () => {
  const cached = join(root, 'node_modules/.bin');
  mkdirSync(cached, { recursive: true });
  for (const name of names) symlinkSync(`../../dist/${name}.js`, join(cached, name));
  await link(cached);
  expect(readdirSync(directory).sort()).toEqual(names);
});
