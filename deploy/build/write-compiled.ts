// Runs a program, one CommonJS file, and writes down what V8 has compiled of it when it ends: `write-compiled FILE ARGUMENTS`.

import { writeFileSync } from 'node:fs';
import { compiledCodePath, runScript, scriptOf } from '../../services/lib/process/compiled-code.js';

// The program finds its arguments where they always are.
const [path = ''] = process.argv.splice(2, 1);
const script = scriptOf(path);
process.once('exit', () => writeFileSync(compiledCodePath(path), script.createCachedData()));
runScript(script, path);
