// Gathers the licenses of the npm packages inside the bundles: they ask to be handed on with each copy.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** The packages that esbuild has read, each with its license, as one text. */
export async function licensesOf(bundles: readonly Metafile[]): Promise<string> {
  const files = bundles.flatMap(({ inputs }) => Object.keys(inputs));
  const directories = new Set(files.flatMap(packageDirectory));
  const sections = await Promise.all([...directories].sort().map(section));
  const intro = 'The programs of pbot-vm contain these npm packages.\n';
  return [intro, ...sections].join(`\n${'-'.repeat(72)}\n\n`);
}

/** The innermost package that holds a file; nothing for a file of ours. */
function packageDirectory(path: string): string[] {
  const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path);
  return match === null ? [] : [match[0]];
}

async function section(directory: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(join(directory, 'package.json'), 'utf8'),
  ) as { name: string; version: string; license?: string };
  const files = (await readdir(directory)).filter((file) => /^(licen[cs]e|notice)\b/i.test(file));
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
  return [`${name} ${version}: ${license ?? 'see below'}`, ...texts.map((text) => text.trim())]
    .join('\n\n')
    .concat('\n');
}
