// The program that `setup-guest` runs: checks the languages that an operator has added, and prints them for the guest server.

import { parseArgs } from 'node:util';
import { OwnLanguageError, readOwnLanguages } from './read.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { packages: { type: 'string' } },
});

try {
  const languages = readOwnLanguages(positionals[0] ?? '.');
  const family = values.packages as 'debian' | 'fedora' | 'suse' | undefined;
  const lines =
    family === undefined
      ? [JSON.stringify(languages)]
      : languages.map(({ name, packages }) => [name, ...packages[family]].join(' '));
  for (const line of lines) process.stdout.write(`${line}\n`);
} catch (error) {
  if (!(error instanceof OwnLanguageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
