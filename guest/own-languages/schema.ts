// What a file of an operator's own language holds.

import * as z from 'zod';
import type { Language } from '../languages/language.js';

/** How long a name may be, and what it is made of: what PBot's users can write, and a path and a list can hold. */
const name = z
  .string({ error: 'is needed: a name such as "lolcode"' })
  .regex(/^[a-z0-9][a-z0-9.+#_-]{0,31}$/, {
    error: 'must be 1 to 32 of a-z 0-9 . + # _ - and begin with a letter or digit',
  });

const words = z.array(z.string(), { error: 'must be a list of words' });

const command = z
  .array(z.string(), { error: 'must be a list of words, such as ["lci", "{source}"]' })
  .min(1, { error: 'needs at least the name of a program' })
  .transform((list) => list as [string, ...string[]]);

const text = (what: string) => z.string({ error: `is needed: ${what}` }).min(1);

const variables = z.record(
  z.string().regex(/^(?!PATH$)[A-Z_][A-Z0-9_]*$/, { error: 'must be capitals, and not PATH' }),
  z.string(),
);

const packages = words.default([]);

/** A file of a language: the same as in `guest/languages`, without what only the tests there need. */
export const ownLanguage = z
  .strictObject({
    name,
    title: text('the name as people write it').max(64),
    aliases: z.array(name).max(16).default([]),
    sourceFile: text('such as "program.lol"').regex(/^[Pp]rogram\.[A-Za-z0-9]+$/, {
      error: 'must be "program." and a suffix',
    }),
    comment: z.union(
      [
        z.strictObject({ line: z.string().min(1) }),
        z.strictObject({ begin: z.string().min(1), end: z.string().min(1) }),
      ],
      { error: 'must be {"line": "#"} or {"begin": "/*", "end": "*/"}' },
    ),
    defaultOptions: words.default([]),
    libraries: words.exactOptional(),
    compile: command.exactOptional(),
    run: command,
    check: command.exactOptional(),
    version: command,
    versionInput: z.string().exactOptional(),
    environment: variables.exactOptional(),
    unbuffered: variables.exactOptional(),
    neededMemoryMiB: z.int().min(1).max(65_536).exactOptional(),
    hello: text('a program that prints "hello"').max(4096),
    packages: z
      .strictObject({ debian: packages, fedora: packages, suse: packages })
      .default({ debian: [], fedora: [], suse: [] }),
  })
  .superRefine(({ compile, run }, context) => {
    if (!(compile ?? run).some((word) => /\{sources?\}/.test(word))) {
      const path = [compile === undefined ? 'run' : 'compile'];
      context.addIssue({ code: 'custom', path, message: 'needs the word {source}' });
    }
    if (compile !== undefined && !run.some((word) => word.includes('{program}'))) {
      context.addIssue({
        code: 'custom',
        path: ['run'],
        message: 'needs the word {program}, which is what was compiled',
      });
    }
  })
  .transform((given): Language => ({ ...given, profile: 'minimal', isWarmed: false, cases }));

const untried = { inapplicable: 'has no such case' } as const;

/** The operator tries it with programs of his own. */
const cases: Language['cases'] = {
  input: untried,
  arguments: untried,
  exitCode: untried,
  unicode: untried,
  syntaxError: untried,
  runTimeError: untried,
  modules: untried,
};
