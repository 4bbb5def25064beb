// Writes the list of all languages, from the files that describe one each: `npm run language-list`.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../guest/languages/', import.meta.url);
const listFile = new URL('all.ts', folder);

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(listFile, languageList());

/** What the file of the list has to hold: the languages by name. */
export function languageList(): string {
  const found = languages();
  const imports = found.map(
    ({ constant, path }) => `import { ${constant} } from './${path.replace(/ts$/, 'js')}';`,
  );
  return `// All languages, one file each. Written by \`npm run language-list\`.

${imports.join('\n')}
import type { Language } from './language.js';

/** By name. */
export const allLanguages: readonly Language[] = [
${found.map(({ constant }) => `  ${constant},`).join('\n')}
];
`;
}

/** The files that describe a language; others hold what some languages share. */
function languages(): { name: string; constant: string; path: string }[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const found = paths
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => {
      const text = readFileSync(new URL(path, folder), 'utf8');
      const [, constant, name] =
        /^export const (\w+): Language = \{\n {2}name: '([^']+)'/m.exec(text) ?? [];
      return constant === undefined || name === undefined ? [] : [{ name, constant, path }];
    });
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}
