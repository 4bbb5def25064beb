// SQL, run by SQLite on a database in memory.

import type { Language } from '../language.js';

export const sqlite: Language = {
  name: 'sqlite',
  title: 'SQL (SQLite)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['sql', 'sqlite3'],
  sourceFile: 'program.sql',
  comment: { line: '-- ' },
  defaultOptions: [],
  run: ['sqlite3', '-bail', '{options}', ':memory:', '.read {source}'],
  version: ['sqlite3', '--version'],
  hello: "select 'hello';\n",
  cases: {
    input: `create table lines(line);
.mode list
.separator "\\x01" "\\n"
.import /dev/stdin lines
select line from lines;
`,
    arguments: { inapplicable: 'has no arguments' },
    exitCode: '.exit 3\n',
    unicode: "select 'Grüße, 世界 😀';\n",
    syntaxError: { code: 'select 1;\nselect );\n', phase: 'run', says: 'syntax error', line: 2 },
    runTimeError: { code: 'select * from missing;\n', phase: 'run', says: 'no such table' },
    modules: {
      files: {
        'program.sql': '.read greeting.sql\n',
        'greeting.sql': "select 'hello from a module';\n",
      },
    },
  },
  packages: { debian: ['sqlite3'], fedora: ['sqlite'], suse: ['sqlite3'] },
};
