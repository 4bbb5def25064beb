// Makes the program that runs of what a user of PBot wrote.

import { cProgram } from './c/c-request.js';
import type { PbotProgram } from './execution-port.js';
import { javaProgram } from './java/java-program.js';
import type { NamedLanguage } from './languages.js';
import { takeAddedParts, takeCompilerOptions } from './options/compiler-options.js';
import { expandLineEnds } from './options/line-ends.js';
import { inPbotsWay } from './ways.js';

/** What of a program its language decides. */
export interface PreparedCode extends Pick<PbotProgram, 'code' | 'options' | 'inspection'> {
  /** Makes what a compiler or its libraries say readable. */
  readonly clean: (messages: string) => string;
  /** Stands beside the compiler's diagnostics. */
  readonly warning: string;
}

/**
 * @param text the code, without PBot's own options
 * @param how `keepsLines`: diagnostics say their lines, for whoever sees the source
 * @returns the code that runs, or the text that says what is wrong with it
 */
export function prepareCode(
  text: string,
  { language, module }: NamedLanguage,
  how: { readonly keepsLines: boolean },
): PreparedCode | { readonly text: string } {
  if (module !== undefined) {
    const { code: rest, ...parts } = takeAddedParts(text);
    const taken = takeCompilerOptions(rest, language);
    return cProgram(module, { ...taken, ...parts, ...how });
  }
  if (language === 'java') return javaCode(text);
  const taken = takeCompilerOptions(text, language);
  const { code, ...way } = inPbotsWay(language, { ...taken, code: expandLineEnds(taken.code) });
  // A language may be asked for something else than to run code, such as its version.
  return { ...way, code: code === '' ? '\n' : code, warning: '' };
}

function javaCode(text: string): PreparedCode {
  const { code: rest, ...how } = takeAddedParts(text);
  const { code, options } = takeCompilerOptions(rest, 'java');
  const program = code === '' ? '\n' : javaProgram(expandLineEnds(code), how);
  return { code: program, options, clean: (messages) => messages, warning: '' };
}
