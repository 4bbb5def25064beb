// Loads a program, one CommonJS file, from code that V8 has compiled before: `vm-exec` takes 30 ms less, of 185 to 215 for hello
// (`npm run bench:clients`). The build writes that code beside the file. Packages are for any Node.js, and lack it.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

type CommonJsFunction = (
  exports: unknown,
  require: NodeJS.Require,
  module: { exports: unknown },
  path: string,
  directory: string,
) => void;

/**
 * What `require(path)` returns. V8 itself checks whether it has compiled the code with the same options, from as long a source. If not,
 * or without such code, it compiles the source: that is slower, and all. The file may not use `import()`.
 */
export function requireCompiled(path: string): unknown {
  const codePath = compiledCodePath(path);
  const code = existsSync(codePath) ? readFileSync(codePath) : undefined;
  return runScript(scriptOf(path, code), path);
}

/** What `require(path)` returns, from a script of `scriptOf(path)`. */
export function runScript(script: Script, path: string): unknown {
  const module = { exports: {} };
  const run = script.runInThisContext() as CommonJsFunction;
  run(module.exports, createRequire(path), module, path, dirname(path));
  return module.exports;
}

/** The file with the compiled code of another, for this Node.js on this kind of processor. */
export function compiledCodePath(path: string): string {
  return `${path}.${process.version}-${process.arch}.compiled`;
}

/**
 * A CommonJS file as a script whose value is the function around it.
 *
 * @param path of a file as esbuild writes it: what is not ASCII is escaped, but in comments
 * @param code what `createCachedData` of such a script returned
 */
export function scriptOf(path: string, code?: Buffer): Script {
  // One character beyond Latin-1, in a comment, would have V8 take and hash two bytes for each: 3 ms for a megabyte.
  const source = readFileSync(path, 'latin1');
  return new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: path,
    cachedData: code,
  });
}
