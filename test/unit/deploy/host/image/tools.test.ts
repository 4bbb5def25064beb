import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { missingTools, runTool } from '../../../../../deploy/host/image/tools.js';
import { UserError } from '../../../../../services/lib/process/user-error.js';
import { startProcess } from '../../../../support/process.js';
import { waitFor } from '../../../../support/wait.js';

const purpose = 'Testing the tools';

describe('a tool of the host', () => {
  it('a tool runs without a shell, and its lines are relayed as they come', async () => {
    const lines: string[] = [];
    await runTool(['printf', '%s\\n', 'one; two', '$HOME'], {
      purpose,
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(['one; two', '$HOME']);
  });

  it('the error of a tool that fails has its exit code and its last lines', async () => {
    const failing = runTool(['sh', '-c', 'echo reading; echo broken disk >&2; exit 3'], {
      purpose,
    });
    await expect(failing).rejects.toThrow(UserError);
    await expect(failing).rejects.toThrow(/^Testing the tools failed: sh ended with exit code 3\./);
    await expect(failing).rejects.toThrow(/broken disk$/);
  });

  it('a tool that fails is an error even when somebody reads its lines', async () => {
    const failing = runTool(['sh', '-c', 'exit 4'], { purpose, onLine: () => undefined });
    await expect(failing).rejects.toThrow(/exit code 4/);
  });

  it('the error for missing tools names the packages that hold them', () => {
    expect(missingTools(['newuidmap', 'newgidmap']).message).toMatch(
      /not found: newuidmap, newgidmap\. Install them with "sudo apt install uidmap" \(Debian, Ubuntu\), "sudo dnf install shadow-utils"/,
    );
  });

  it('a tool ends when the build is cancelled', async () => {
    const controller = new AbortController();
    const cancelled = runTool(['sleep', '30'], { purpose, signal: controller.signal });
    controller.abort();
    await expect(cancelled).rejects.toThrow('Testing the tools was cancelled.');
  });

  it('what a tool has started ends with a build that a signal ends, though the tool itself ignores the signal', async () => {
    const script = 'sleep 1000 & echo $!; trap "" TERM; wait';
    const tools = pathToFileURL('deploy/host/image/tools.ts').href;
    const build = startProcess(
      process.execPath,
      [
        ...['--import', 'tsx', '--input-type=module', '--eval'],
        `import { runTool } from '${tools}';
         await runTool(['sh', '-c', '${script}'], { purpose: 'Testing', onLine: console.log });`,
      ],
      process.env,
    );
    const sleeper = await waitFor('the tool', () => {
      const found = /^\d+$/m.exec(build.output())?.[0];
      return found === undefined ? undefined : Number(found);
    });
    await expect(build.stop()).resolves.toBe('SIGTERM');
    await waitFor('the end of what it has started', () => !existsSync(`/proc/${sleeper}`));
  });
});
