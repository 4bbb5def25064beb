import { describe, expect, it } from 'vitest';
import { cModule } from '../../../../services/pbot/c/modules.js';

describe('a C language', () => {
  it('has the options that users of PBot see', () => {
    expect(cModule('c11', 'head')?.defaultOptions.join(' ')).toBe(
      '-Wextra -Wall -Wno-unused-parameter -Wno-unused-variable -pedantic -Wfloat-equal -Wshadow -std=c11 -lm ' +
        '-Wfatal-errors -fsanitize=alignment,undefined -fsanitize-address-use-after-scope -fno-omit-frame-pointer',
    );
    expect(cModule('clang89', '2022')?.defaultOptions.join(' ')).toBe(
      '-Wextra -Wall -Wno-unused -Wno-unused-parameter -pedantic -Wfloat-equal -Wshadow -std=c89 -lm -Wfatal-errors ' +
        '-fsanitize=integer,undefined,alignment',
    );
    expect(cModule('cpp', 'head')?.defaultOptions[0]).toBe('-std=c++14');
  });

  it('is another one for gcc and clang in each revision', () => {
    expect(cModule('gcc', '2022')?.name).toBe('c11');
    expect(cModule('gcc', 'head')?.name).toBe('c2x');
    expect(cModule('clang', '2022')?.name).toBe('clang11');
    expect(cModule('clang', 'head')?.name).toBe('clang2x');
  });

  it('is known by the name of its module and by the name that is shown', () => {
    expect(cModule('cpp', 'head')).toEqual(cModule('c++', 'head'));
    expect(cModule('clangpp', 'head')).toEqual(cModule('clang++', 'head'));
    expect(cModule('python3', 'head')).toBeUndefined();
    expect(cModule('constructor', 'head')).toBeUndefined();
  });
});
