import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLanguage, type OfferedLanguage } from '../../../services/executor/catalogue.js';

const language = (name: string, ...aliases: string[]): OfferedLanguage => ({
  name,
  aliases,
  version: '',
  compiled: false,
  sourceFile: 'program.x',
});

const offered = [language('c11', 'c', 'gcc'), language('sh', 'shell'), language('c', 'x')];

describe('a language', () => {
  it.each([
    ['sh', 'sh'],
    ['shell', 'sh'],
    ['gcc', 'c11'],
    ['x', 'c'],
  ])('is found by its name or an alias: %s is %s', (asked, name) => {
    expect(findLanguage(offered, asked)?.name).toBe(name);
  });

  it('is found by its name although another has that as an alias', () => {
    expect(findLanguage(offered, 'c')?.name).toBe('c');
  });

  it.each(['', 'SH', 'perl', 'constructor'])('is not found by "%s"', (asked) => {
    expect(findLanguage(offered, asked)).toBeUndefined();
  });

  it('that is found is always one that is offered and is called so', () => {
    const word = fc.constantFrom('a', 'b', 'c', 'd');
    const languages = fc.array(
      fc.tuple(word, fc.array(word)).map(([name, aliases]) => language(name, ...aliases)),
    );
    fc.assert(
      fc.property(languages, word, (each, asked) => {
        const found = findLanguage(each, asked);
        if (found === undefined) {
          expect(each.flatMap(({ name, aliases }) => [name, ...aliases])).not.toContain(asked);
          return;
        }
        expect(each).toContain(found);
        expect([found.name, ...found.aliases]).toContain(asked);
      }),
    );
  });
});
