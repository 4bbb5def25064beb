// The files that the documents show, read as the services read them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readOwnLanguages } from '../../../guest/own-languages/read.js';
import { readTokenFile } from '../../../services/lib/access/tokens.js';
import { readLimitTable } from '../../../services/lib/config/limit-table.js';
import { readPoolFile } from '../../../services/lib/config/pool.js';
import { blocksOf } from '../../documents/examples.js';

const directory = mkdtempSync(join(tmpdir(), 'pbot-vm-documents-'));

afterAll(() => rmSync(directory, { recursive: true }));

function fileOf(text: string): string {
  const path = join(directory, 'file.json');
  writeFileSync(path, text);
  return path;
}

it.each(blocksOf('json limits'))('the file of limits in the guide is valid', (text) => {
  expect(readLimitTable(fileOf(text)).run.processes).toMatchObject({ default: 32, max: 256 });
});

it.each(blocksOf('json machines'))('the file of machines in the guide is valid', (text) => {
  expect(readPoolFile(fileOf(text)).map(({ name }) => name)).toEqual(['pbot-vm', 'big']);
});

it.each(blocksOf('json language'))('the language of an operator in the guide is valid', (text) => {
  fileOf(text);
  expect(readOwnLanguages(directory).map(({ name }) => name)).toEqual(['quiet']);
});

it.each(blocksOf('json tokens'))('the file of tokens in the guide is valid', (text) => {
  // The document shows the beginning of each hash.
  const whole = text.replaceAll(
    /"([0-9a-f]{4})\.\.\."/g,
    (_, start: string) => `"${start.repeat(16)}"`,
  );
  expect(readTokenFile(fileOf(whole)).map(({ name }) => name)).toEqual([
    'alice',
    'playground',
    'operator',
  ]);
});
