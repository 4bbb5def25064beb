// Sandboxes as the guest server makes them without confinement: by the supervisor's own script, as processes of this host.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processGroupOf } from '../../../guest/server/sandbox/process-group.js';
import { SandboxSlot } from '../../../guest/server/sandbox/sandbox.js';
import { Supervisor } from '../../../guest/server/supervisor/supervisor.js';

const ownScript = fileURLToPath(
  new URL('../../../guest/server/supervisor/supervisor.py', import.meta.url),
);

export function startSupervisor({
  scriptPath = ownScript,
  onFailure,
}: {
  scriptPath?: string;
  onFailure: (error: Error) => void;
}): Supervisor {
  return Supervisor.start({
    scriptPath,
    unconfined: true,
    filesBytes: 0,
    memoryBytes: 0,
    onFailure,
  });
}

/** Its sandboxes have their files in `work` and `build` of the directory. */
export function unconfinedSlot(supervisor: Supervisor, directory: string): SandboxSlot {
  return new SandboxSlot({
    supervisor,
    number: 0,
    groupOf: processGroupOf,
    workingDirectory: join(directory, 'work'),
    buildDirectory: join(directory, 'build'),
    unconfined: true,
  });
}
