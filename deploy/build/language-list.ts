// Writes the list of all languages, from the files that describe one each: `npm run language-list`.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../guest/languages/', import.meta.url);
const listFile = new URL('all.ts', folder);

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(listFile, languageList());

/** What the file of the list has to hold. */
export function languageList(): string {
  const found = rooms().flatMap(languagesOf);
  found.sort((one, other) => (one.constant < other.constant ? -1 : 1));
  const imports = found
    .map(({ constant, path }) => ({ constant, path: `./${path.replace(/ts$/, 'js')}` }))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .map(({ constant, path }) => `import { ${constant} } from '${path}';`);
  return `// All languages, one file each. Written by \`npm run language-list\`.

${imports.join('\n')}
import type { Language } from './language.js';

export const allLanguages: readonly Language[] = [
${found.map(({ constant }) => `  ${constant},`).join('\n')}
];
`;
}

function rooms(): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** The files of a room that export a language; the others hold what some languages share. */
function languagesOf(room: string): { constant: string; path: string }[] {
  return readdirSync(new URL(room, folder)).flatMap((file) => {
    const path = `${room}/${file}`;
    const text = readFileSync(new URL(path, folder), 'utf8');
    const [, constant] = /^export const (\w+): Language = /m.exec(text) ?? [];
    return constant === undefined ? [] : [{ constant, path }];
  });
}
