import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Language } from '../../../../guest/languages/language.js';
import { sh } from '../../../../guest/languages/shells/sh.js';
import { processGroupOf } from '../../../../guest/server/sandbox/process-group.js';
import { SandboxSlot } from '../../../../guest/server/sandbox/sandbox.js';
import { SandboxPool } from '../../../../guest/server/sandbox/sandbox-pool.js';
import type { InstalledLanguage } from '../../../../guest/server/session/catalogue-discovery.js';
import { practise } from '../../../../guest/server/session/practice-run.js';
import { Supervisor } from '../../../../guest/server/supervisor/supervisor.js';
import { waitFor } from '../../../support/wait.js';

const scriptPath = fileURLToPath(
  new URL('../../../../guest/server/supervisor/supervisor.py', import.meta.url),
);

let directory: string;
let supervisor: Supervisor;
let sandboxes: SandboxPool;

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'pbot-vm-practice-')));
  supervisor = Supervisor.start({
    scriptPath,
    unconfined: true,
    filesBytes: 0,
    memoryBytes: 0,
    onFailure: (error) => {
      throw error;
    },
  });
  const slot = new SandboxSlot({
    supervisor,
    number: 0,
    groupOf: processGroupOf,
    workingDirectory: join(directory, 'work'),
    buildDirectory: join(directory, 'build'),
    unconfined: true,
  });
  sandboxes = await SandboxPool.create([slot]);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function practiseWith(...languages: InstalledLanguage[]): void {
  practise({
    sandboxes,
    languages,
    capacity: 1,
    phaseMemoryBytes: 0,
    fileBytes: 0,
    bootId: 'boot',
    serverVersion: '1',
  });
}

it('a practice run runs a program to its end, and gives its sandbox back', async () => {
  const marker = join(directory, 'marker');
  const language: Language = { ...sh, run: ['touch', marker] };
  const release = vi.spyOn(sandboxes, 'release');
  practiseWith({ language, version: '' });
  await waitFor('the sandbox', () => release.mock.settledResults[0]?.type === 'fulfilled');
  expect(existsSync(marker)).toBe(true);
});

it('a guest without a shell makes no practice run', () => {
  const take = vi.spyOn(sandboxes, 'take');
  practiseWith();
  expect(take).not.toHaveBeenCalled();
});
