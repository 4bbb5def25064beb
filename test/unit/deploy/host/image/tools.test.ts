import { describe, expect, it } from 'vitest';
import { ImageBuildError } from '../../../../../deploy/host/image/build-error.js';
import { requireTools, runTool } from '../../../../../deploy/host/image/tools.js';

const purpose = 'Testing the tools';

describe('a tool of the host', () => {
  it('is run without a shell, its lines relayed as they come', async () => {
    const lines: string[] = [];
    await runTool(['printf', '%s\\n', 'one; two', '$HOME'], {
      purpose,
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(['one; two', '$HOME']);
  });

  it('that fails is quoted with its exit code and its last lines', async () => {
    const failing = runTool(['sh', '-c', 'echo reading; echo broken disk >&2; exit 3'], {
      purpose,
    });
    await expect(failing).rejects.toThrow(ImageBuildError);
    await expect(failing).rejects.toThrow(/^Testing the tools failed: sh ended with exit code 3\./);
    await expect(failing).rejects.toThrow(/broken disk$/);
  });

  it('that fails is an error even when somebody reads its lines', async () => {
    const failing = runTool(['sh', '-c', 'exit 4'], { purpose, onLine: () => undefined });
    await expect(failing).rejects.toThrow(/exit code 4/);
  });

  it('that is missing is told with the packages that hold it', () => {
    expect(() => requireTools(['sh', 'mmdebstrap-of-nowhere'])).toThrow(
      /not found: mmdebstrap-of-nowhere\. Install them with "sudo apt install mmdebstrap-of-nowhere"/,
    );
  });

  it('ends when the build is cancelled', async () => {
    const controller = new AbortController();
    const cancelled = runTool(['sleep', '30'], { purpose, signal: controller.signal });
    controller.abort();
    await expect(cancelled).rejects.toThrow('Testing the tools was cancelled.');
  });
});
