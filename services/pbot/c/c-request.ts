// Turns code of a C language, as a user of PBot has typed it, into what the guest compiles and looks at.

import { cleanDiagnostics } from './diagnostics/clean.js';
import type { CModule } from './modules.js';
import { prepareC } from './prepare.js';

/** What a user has asked for. */
export interface CRequest {
  readonly code: string;
  /** Empty: the module's own. */
  readonly options: readonly string[];
  readonly noMain: boolean;
  readonly noHeaders: boolean;
  readonly includes: readonly string[];
  /** Diagnostics keep numbers of lines and show the source. */
  readonly keepsLines: boolean;
}

export interface CProgram {
  /** Of the guest. */
  readonly language: string;
  readonly code: string;
  readonly options: readonly string[];
  readonly inspection: {
    /** Empty: the local variables of main. */
    readonly lastExpression: string;
    readonly mainWasMade: boolean;
    readonly usesMacros: boolean;
  };
  /** Stands in the bracket of the compiler's warnings. */
  readonly warning: string;
  /** Shortens what the compiler and the program's sanitizers have said. */
  readonly clean: (text: string) => string;
}

/** @returns the program, or what is wrong with the code */
export function cProgram(module: CModule, request: CRequest): CProgram | { readonly text: string } {
  const { family, standard } = module;
  const { noMain, noHeaders, includes, keepsLines } = request;
  const prepared = prepareC(request.code, { family, standard, noMain, noHeaders, includes });
  if ('error' in prepared) return { text: `error: ${prepared.error}` };
  const given = request.options.length > 0 ? request.options : module.defaultOptions;
  const { mainWasMade, usesMacros, lastExpression = '', warning = '' } = prepared;
  const sourceFile = family === 'c' ? 'program.c' : 'program.cpp';
  return {
    language: module.language,
    code: prepared.source,
    options: [...(keepsLines ? [] : [module.withoutExcerpts]), ...given],
    inspection: {
      lastExpression: Buffer.byteLength(lastExpression) <= maxExpressionBytes ? lastExpression : '',
      mainWasMade,
      usesMacros,
    },
    warning,
    clean: (text) => cleanDiagnostics(text, { sourceFile, keepsLines }),
  };
}

/** A longer expression is not asked for; the local variables are shown in its place. */
const maxExpressionBytes = 2048;
