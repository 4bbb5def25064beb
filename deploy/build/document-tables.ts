// Writes the tables that the code knows into the documents, so that none is kept by hand. In a document, the lines
// `<!-- table: limits -->` and `<!-- end of table -->` enclose one. `--check` writes nothing and fails where a document is
// not what it would write.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tables } from './tables/tables.js';

process.exitCode = main(process.argv.slice(2));

/** @returns the exit code */
function main(argv: readonly string[]): number {
  const isCheck = argv.includes('--check');
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const stale: string[] = [];
  for (const path of documentsOf(root)) {
    const text = readFileSync(path, 'utf8');
    const name = relative(root, path);
    const current = withTables(text, name);
    if (current === text) continue;
    stale.push(name);
    if (!isCheck) writeFileSync(path, current);
  }
  for (const name of stale) console.log(isCheck ? `stale: ${name}` : `written: ${name}`);
  if (stale.length === 0 || !isCheck) return 0;
  console.error('npm run documents writes their tables.');
  return 1;
}

/** The Markdown files of the root and of docs/. */
function documentsOf(root: string): string[] {
  const docs = join(root, 'docs');
  const pages = existsSync(docs) ? readdirSync(docs, { recursive: true, encoding: 'utf8' }) : [];
  return [
    ...readdirSync(root).map((name) => join(root, name)),
    ...pages.map((name) => join(docs, name)),
  ]
    .filter((path) => path.endsWith('.md'))
    .sort();
}

/** A text with each of its tables as the code has it. */
function withTables(text: string, document: string): string {
  const marked = /^<!-- table: (.*) -->\n[^]*?^<!-- end of table -->$/gm;
  return text.replaceAll(marked, (_, name: string) => {
    const table = tables.get(name);
    if (table === undefined) {
      throw new Error(`${document}: no table "${name}"; there is ${[...tables.keys()].join(', ')}`);
    }
    return `<!-- table: ${name} -->\n\n${table()}\n\n<!-- end of table -->`;
  });
}
