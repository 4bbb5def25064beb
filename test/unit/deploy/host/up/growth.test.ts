import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, readHost } from '../../../../../deploy/host/host.js';
import { machineFiles } from '../../../../../deploy/host/machine-files.js';
import {
  growInBackground,
  growingProcess,
  growthLogPath,
  growthNote,
  languagesToCome,
  stopGrowth,
} from '../../../../../deploy/host/up/growth.js';

let directory: string;
let host: Host;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'growth-'));
  host = readHost({ PBOTVM_HOME: join(directory, 'home') }, 0);
  mkdirSync(dirname(growthLogPath(host)), { recursive: true });
});

afterEach(async () => {
  await stopGrowth(host);
  rmSync(directory, { recursive: true });
});

function writeRecord(more: object): void {
  const { recordPath } = machineFiles(host, 'pbot-vm');
  mkdirSync(dirname(recordPath), { recursive: true });
  const madeWith = { suite: 'trixie', languages: 'minimal', ...more };
  writeFileSync(recordPath, JSON.stringify({ inputs: '', madeWith }));
}

/** Programs of which `pbot-vm` does nothing until a signal comes. */
async function grow(languages: string): Promise<void> {
  const script = "console.log(process.argv.slice(2).join(' ')); setInterval(() => {}, 1000);";
  writeFileSync(join(directory, 'pbot-vm.js'), script);
  await growInBackground({ host, programs: directory, environment: process.env, languages });
}

describe('the growth of machines', () => {
  it('a host without machines has no languages to come, and nothing is said', async () => {
    expect(await languagesToCome(host)).toBeUndefined();
    expect(await growthNote(host)).toBeUndefined();
    expect(await stopGrowth(host)).toBe(false);
  });

  it('a machine tells which languages are to come', async () => {
    writeRecord({ next: 'standard' });
    expect(await languagesToCome(host)).toBe('standard');
    // They come in the foreground, or have not been begun.
    expect(await growthNote(host)).toBeUndefined();
  });

  it('while it goes on, status says so, and it can be ended', async () => {
    writeRecord({ next: 'standard' });
    await grow('standard');
    expect(await growingProcess(host)).toEqual(expect.any(Number));
    expect(await growthNote(host)).toBe(`Languages are being added (${growthLogPath(host)}).`);
    expect(await stopGrowth(host)).toBe(true);
    expect(await growingProcess(host)).toBeUndefined();
  });

  it('when it has ended and languages are still to come, status says how to go on', async () => {
    writeRecord({ next: 'standard' });
    await grow('standard');
    await stopGrowth(host);
    expect(await growthNote(host)).toBe(
      `The languages of "standard" were not added (${growthLogPath(host)}). \`pbot-vm up\` tries again.`,
    );
  });

  it('a process id that is used again by another program means nothing', async () => {
    const other = spawn('sleep', ['60']);
    await once(other, 'spawn');
    writeFileSync(join(dirname(growthLogPath(host)), 'growth.pid'), `${other.pid}\n`);
    expect(await growingProcess(host)).toBeUndefined();
    expect(await stopGrowth(host)).toBe(false);
    other.kill();
  });
});
