// Check of `pbot-vm doctor`: the programs that pbot-vm starts.

import { type Family, installCommand } from '../distribution.js';
import { findTool, packagesOf, type Tool } from '../tools.js';
import { type Check, type Finding, failed, ok, warning } from './check.js';

/** Whether the programs that pbot-vm starts are installed. */
export function toolsCheck(options: {
  isRoot: boolean;
  environment: NodeJS.ProcessEnv;
  /** Whether a machine can be made without building an image first. */
  hasMachine: () => Promise<boolean>;
  family: () => Promise<Family | undefined>;
}): Check {
  const wanted = [...toolsToRun, ...toolsToBuild, ...(options.isRoot ? [] : toolsOfUsers)];
  return {
    title: 'tools',
    run: async () =>
      judgeTools({
        wanted,
        missing: wanted.filter((tool) => findTool(tool, options.environment['PATH']) === undefined),
        hasMachine: await options.hasMachine(),
        family: await options.family(),
      }),
  };
}

/** Judges which programs are missing. */
export function judgeTools(facts: {
  wanted: readonly Tool[];
  missing: readonly Tool[];
  hasMachine: boolean;
  family: Family | undefined;
}): Finding {
  const { wanted, missing, hasMachine, family } = facts;
  if (missing.length === 0) return ok(wanted.join(', '));
  const detail = `not found: ${missing.join(', ')}`;
  const fix = `Install with ${installCommand(family, packagesOf(missing))}.`;
  const isEnough = hasMachine && !missing.some((tool) => toolsToRun.includes(tool));
  return isEnough ? warning(`${detail}; needed to build the next image`, fix) : failed(detail, fix);
}

const toolsToRun: readonly Tool[] = ['qemu-system-x86_64', 'qemu-img'];

const toolsToBuild: readonly Tool[] = ['mke2fs', 'debugfs', 'mmdebstrap'];

/** The guest's files belong to many users; these give ids to somebody who is not root. */
const toolsOfUsers: readonly Tool[] = ['newuidmap', 'newgidmap'];
