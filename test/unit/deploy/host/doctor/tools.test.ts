import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeTools } from '../../../../../deploy/host/doctor/tools.js';
import { findTool, type Tool } from '../../../../../deploy/host/tools.js';

const qemu: Tool = 'qemu-system-x86_64';
const mmdebstrap: Tool = 'mmdebstrap';

describe('the check of the tools', () => {
  it('the check of the tools lists them where all are there', () => {
    expect(judge({ missing: [], hasMachine: false })).toEqual({
      level: 'ok',
      detail: 'qemu-system-x86_64, mmdebstrap',
    });
  });

  it('the check of the tools fails without what runs a machine, and names the packages', () => {
    expect(judge({ missing: [qemu, mmdebstrap], hasMachine: true })).toEqual({
      level: 'failed',
      detail: 'not found: qemu-system-x86_64, mmdebstrap',
      fix: 'Install with "sudo apt install qemu-system-x86 mmdebstrap".',
    });
  });

  it('the check of the tools only warns without what builds an image, where a machine is there', () => {
    expect(judge({ missing: [mmdebstrap], hasMachine: true }).level).toBe('warning');
    expect(judge({ missing: [mmdebstrap], hasMachine: false }).level).toBe('failed');
  });
});

describe('the search for a tool', () => {
  it('the search for a tool looks on PATH', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-doctor-tools-'));
    const path = join(directory, 'pbot-vm-no-such-tool');
    try {
      await writeFile(path, '');
      const searchPath = `/nonexistent:${directory}`;
      expect(findTool('pbot-vm-no-such-tool', searchPath)).toBeUndefined();
      await chmod(path, 0o755);
      expect(findTool('pbot-vm-no-such-tool', searchPath)).toBe(path);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('the search for a tool looks in the directories of the system too', () => {
    expect(findTool('sh', '/nonexistent')).toMatch(/\/sh$/);
  });
});

function judge(facts: { missing: readonly Tool[]; hasMachine: boolean }) {
  return judgeTools({ wanted: [qemu, mmdebstrap], family: 'debian', ...facts });
}
