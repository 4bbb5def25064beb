import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findImageKernel } from '../../../../../deploy/host/doctor/image.js';

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'pbot-vm-doctor-image-'));
});

afterEach(async () => {
  await rm(cache, { recursive: true });
});

describe('the kernel of the guest image', () => {
  it('the kernel of the guest image is that of the image that was used last', async () => {
    await addImage('0123456789abcdef', { usedAt: 1_000 });
    await addImage('fedcba9876543210', { usedAt: 2_000 });
    expect(await findImageKernel(cache)).toBe(join(cache, 'fedcba9876543210/vmlinuz'));
  });

  it('the kernel of the guest image is not taken from an image that was cut short, nor from a layer', async () => {
    await mkdir(join(cache, '0123456789abcdef'));
    await addImage('languages-0123456789abcdef', { usedAt: 1_000 });
    expect(await findImageKernel(cache)).toBeUndefined();
  });

  it('the kernel of the guest image is not there before anything was built', async () => {
    expect(await findImageKernel(join(cache, 'absent'))).toBeUndefined();
  });
});

async function addImage(name: string, { usedAt }: { usedAt: number }): Promise<void> {
  const directory = join(cache, name);
  await mkdir(directory);
  await writeFile(join(directory, 'manifest.json'), '{}');
  await utimes(directory, usedAt, usedAt);
}
