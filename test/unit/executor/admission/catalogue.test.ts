import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  believableLanguages,
  findLanguage,
  nameWithVersion,
  type OfferedLanguage,
} from '../../../../services/executor/admission/catalogue.js';
import { untold } from '../../../support/untried-language.js';

const language = (name: string, ...aliases: string[]): OfferedLanguage => ({
  name,
  aliases,
  version: '',
  compiled: false,
  sourceFile: 'program.x',
  ...untold,
});

const offered = [language('c11', 'c', 'gcc'), language('sh', 'shell'), language('c', 'x')];

describe('a language', () => {
  it.each([
    ['sh', 'sh'],
    ['shell', 'sh'],
    ['gcc', 'c11'],
    ['x', 'c'],
  ])('a language is found by its name or an alias: %s is %s', (asked, name) => {
    expect(findLanguage(offered, asked)?.name).toBe(name);
  });

  it('a language is found by its name although another has that as an alias', () => {
    expect(findLanguage(offered, 'c')?.name).toBe('c');
  });

  it.each(['', 'SH', 'perl', 'constructor'])('a language is not found by "%s"', (asked) => {
    expect(findLanguage(offered, asked)).toBeUndefined();
  });

  it('a language that is found is always one that is offered and is called so', () => {
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

describe('a language of a version', () => {
  const of = (version: string) => ({ ...language('python3', 'py'), version });

  it.each([
    ['python3@3.13', 'Python 3.13.5'],
    ['py@3', 'Python 3.13.5'],
    ['python3@3.13.5', 'Python 3.13.5'],
    ['python3@14', 'gcc (Debian 14.2.0-19) 14.2.0'],
    ['python3@5.40', 'This is perl 5, version 40, subversion 1 (v5.40.1)'],
    ['python3@1.24', 'go version go1.24.4 linux/amd64'],
  ])('%s is found in "%s"', (wanted, version) => {
    expect(findLanguage([of(version)], wanted)).toEqual(of(version));
  });

  it.each(['python3@3.1', 'python3@3.14', 'python3@', 'python3@x', 'perl@3'])(
    '%s is no Python 3.13.5',
    (wanted) => {
      expect(findLanguage([of('Python 3.13.5')], wanted)).toBeUndefined();
    },
  );

  it('a language of two versions is found by each, and without one it is the first', () => {
    const both = [of('Python 3.13.5'), of('Python 3.14.0')];
    expect(findLanguage(both, 'python3@3.14')).toBe(both[1]);
    expect(findLanguage(both, 'python3')).toBe(both[0]);
    expect(both.map(nameWithVersion)).toEqual(['python3@3.13.5', 'python3@3.14.0']);
  });

  it('any text may stand for a version', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (version, asked) => {
        const found = findLanguage([of(version)], `python3@${asked}`);
        expect([undefined, 'python3']).toContain(found?.name);
      }),
    );
  });
});

describe('what a guest claims to have', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[a-z][a-z0-9+#]{0,8}$/),
    fc.constant('n'.repeat(30_000)),
  );
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('t\n'.repeat(10_000)));
  const claim = fc.record({
    name,
    aliases: fc.array(name, { maxLength: 40 }),
    version: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('v\n'.repeat(10_000))),
    compiled: fc.boolean(),
    sourceFile: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('s'.repeat(10_000))),
    title: text,
    commentBegin: text,
    commentEnd: text,
    hello: text,
    neededMemoryMib: fc.nat(),
  });

  it('what a guest claims to have is shown as names, few and short, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 400 }), (claimed) => {
        const shown = believableLanguages(claimed);
        expect(shown.length).toBeLessThanOrEqual(256);
        for (const each of shown) {
          expect(each.aliases.length).toBeLessThanOrEqual(16);
          for (const text of [each.name, ...each.aliases])
            expect(text).toMatch(/^[a-z0-9].{0,31}$/);
          expect(each.sourceFile.length).toBeLessThanOrEqual(255);
          expect(each.version).toMatch(/^\P{Cc}{0,256}$/u);
          expect(each.title).toMatch(/^\P{Cc}{0,64}$/u);
          expect(each.commentBegin).toMatch(/^\P{Cc}{0,16}$/u);
          expect(each.commentEnd).toMatch(/^\P{Cc}{0,16}$/u);
          expect(each.hello.length).toBeLessThanOrEqual(4096);
        }
      }),
    );
  });

  it('what a guest claims to have is shown as it is where it is what our guests have', () => {
    const ours = [language('c++', 'cpp', 'g++'), language('python3', 'python', 'py')];
    expect(believableLanguages(ours)).toEqual(ours);
  });
});
