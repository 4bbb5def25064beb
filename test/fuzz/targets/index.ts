import { frames } from './frames.js';
import { lines } from './lines.js';
import { pool } from './pool.js';
import { requests } from './requests.js';
import { run } from './run.js';
import { session } from './session.js';
import type { Target } from './target.js';
import { virsh } from './virsh.js';

/** Everything that reads what others have written, from the outside in. */
export const targets: readonly Target[] = [frames, session, run, lines, requests, virsh, pool];
