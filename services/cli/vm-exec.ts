// vm-exec: runs one program in the virtual machine, as a shell runs a command. It is started for each program, so that this file only
// loads what was compiled with the build.

import { fileURLToPath } from 'node:url';
import { requireCompiled } from '../lib/process/compiled-code.js';

requireCompiled(fileURLToPath(new URL('./vm-exec-main.js', import.meta.url)));
