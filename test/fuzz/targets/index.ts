// The list of all fuzz targets.

import { cCode } from './c-code.js';
import { editing } from './editing.js';
import { frames } from './frames.js';
import { globs } from './globs.js';
import { limitTable } from './limits.js';
import { lines } from './lines.js';
import { pool } from './pool.js';
import { requests } from './requests.js';
import { run } from './run.js';
import { session } from './session.js';
import type { Target } from './target.js';
import { tokens } from './tokens.js';
import { virsh } from './virsh.js';

/** Everything that reads what others have written, from the outside in. */
export const targets: readonly Target[] = [
  frames,
  session,
  run,
  globs,
  lines,
  cCode,
  editing,
  requests,
  virsh,
  pool,
  limitTable,
  tokens,
];
