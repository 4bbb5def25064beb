// Finds the end of a preprocessor directive in code that may have been written on one line.

/** A directive with its text as it is compiled. */
export interface Directive {
  readonly text: string;
  /** Where the code goes on. */
  readonly end: number;
  /** A line end stands after it; an `#include` needs none. */
  readonly isTerminated: boolean;
}

const include =
  /(?:#|%:|\?\?=)[ \t]*(?:include|include_next|import|embed)\b[ \t]*(?:<[^<>\n]*>|"[^"\n]*")/y;

/** Of these the rest of the line is plain text, in which a quote opens nothing. */
const plainText = /(?:#|%:|\?\?=)[ \t]*(?:error|warning)\b/y;

/** Literals first, so that nothing in them is taken for a line end. */
const part =
  /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.){0,16}'|\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/|$)|\/\/(?:[^\n\\]|\\(?!n)[\s\S])*|\\\r?\n|\\\\n|\\n|\|n|\n|\\[^\n]|[^"'/\\|\n()]+|[\s\S]/y;
const partOfPlainText = /\\\r?\n|\\n|\n|[^\\\n]+|[\s\S]/y;

/**
 * Reads the directive that begins at a place. It ends at the end of its line or at a typed `\n`; outside of its
 * parentheses at a typed `|n` too; after the name of a file an `#include` ends at once.
 */
export function readDirective(code: string, start: number): Directive {
  const file = matchAt(include, code, start);
  if (file !== undefined) {
    return { text: file, end: start + file.length, isTerminated: true };
  }
  const pattern = matchAt(plainText, code, start) === undefined ? part : partOfPlainText;
  let text = '';
  let depth = 0;
  for (let at = start; at < code.length; ) {
    const found = matchAt(pattern, code, at) ?? code.slice(at);
    at += found.length;
    if (found === '\n' || found === '\\n' || (found === '|n' && depth === 0)) {
      return { text: withoutContinuation(text), end: at, isTerminated: true };
    }
    if (found === '(') depth += 1;
    if (found === ')') depth -= 1;
    // A backslash in front of a typed line end continues the directive.
    text += found === '\\\\n' ? '\\\n' : found;
  }
  return { text: withoutContinuation(text), end: code.length, isTerminated: false };
}

/** A line without white space at its end, nor a backslash there, which would join the next line to it. */
export function withoutContinuation(line: string): string {
  let text = line.trimEnd();
  while (text.endsWith('\\') || text.endsWith('??/')) {
    text = text.slice(0, text.endsWith('\\') ? -1 : -3).trimEnd();
  }
  return text;
}

function matchAt(pattern: RegExp, code: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(code)?.[0];
}
