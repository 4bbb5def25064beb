import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Language } from '../../../../guest/languages/language.js';
import { sh } from '../../../../guest/languages/shells/sh.js';
import { SandboxPool } from '../../../../guest/server/sandbox/sandbox-pool.js';
import type { InstalledLanguage } from '../../../../guest/server/session/catalogue-discovery.js';
import { practise } from '../../../../guest/server/session/practice-run.js';
import { waitFor } from '../../../support/wait.js';
import { startSupervisor, unconfinedSlot } from '../unconfined-sandboxes.js';

let directory: string;
let sandboxes: SandboxPool;

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'pbot-vm-practice-')));
  const supervisor = startSupervisor({
    onFailure: (error) => {
      throw error;
    },
  });
  sandboxes = await SandboxPool.create([unconfinedSlot(supervisor, directory)]);
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
