import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { compiledCodePath } from '../../../services/lib/process/compiled-code.js';
import { sharedPrograms } from '../../support/programs.js';

/** Whether V8 refuses the code of a file, as `scriptOf` makes it, in a Node.js as users start it. */
const question = `
  const { readFileSync } = require('node:fs');
  const [path, codePath] = process.argv.slice(1);
  const source = '(function (exports, require, module, __filename, __dirname) {' + readFileSync(path, 'latin1') + '\\n})';
  const script = new (require('node:vm').Script)(source, { cachedData: readFileSync(codePath) });
  process.stdout.write(String(script.cachedDataRejected));
`;

it('Node.js takes the code of vm-exec that the build has compiled', () => {
  const main = join(dirname(sharedPrograms().vmExec), 'vm-exec-main.js');
  const argv = ['-e', question, main, compiledCodePath(main)];
  const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: 'false', stderr: '' });
});
