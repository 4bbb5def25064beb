import { describe, expect, it } from 'vitest';
import { diskSpaceCheck, judgeDiskSpace } from '../../../../../deploy/host/doctor/disk-space.js';
import { exampleHost } from './example-host.js';

describe('the check of disk space', () => {
  it('the check of disk space shows what is free for machines and images', () => {
    expect(judge({ homeGib: 76, cacheGib: 76 })).toEqual({
      level: 'ok',
      detail: '76.0 GiB free for /home-dir, 76.0 GiB free for /cache-dir',
    });
  });

  it('the check of disk space warns below 6 GiB and fails below 2 GiB', () => {
    expect(judge({ homeGib: 6, cacheGib: 6 }).level).toBe('ok');
    expect(judge({ homeGib: 5.99, cacheGib: 6 }).level).toBe('warning');
    expect(judge({ homeGib: 2, cacheGib: 6 }).level).toBe('warning');
    expect(judge({ homeGib: 6, cacheGib: 1.99 }).level).toBe('failed');
  });

  it('the check of disk space names the variable of the fuller disk, and never rounds up', () => {
    expect(judge({ homeGib: 50, cacheGib: 1.99 })).toMatchObject({
      detail: '50.0 GiB free for /home-dir, 1.9 GiB free for /cache-dir',
      fix: expect.stringContaining('PBOTVM_CACHE'),
    });
  });

  it('the check of disk space measures directories that do not exist yet', async () => {
    const host = exampleHost({ PBOTVM_HOME: '/nonexistent/a/b', PBOTVM_CACHE: '/nonexistent' });
    const { detail } = await diskSpaceCheck(host).run();
    expect(detail).toMatch(/^\d+\.\d GiB free for \/nonexistent\/a\/b, /);
  });
});

function judge({ homeGib, cacheGib }: { homeGib: number; cacheGib: number }) {
  const room = (variable: string, directory: string, gib: number) => {
    return { variable, directory, freeBytes: gib * 1024 ** 3 };
  };
  return judgeDiskSpace([
    room('PBOTVM_HOME', '/home-dir', homeGib),
    room('PBOTVM_CACHE', '/cache-dir', cacheGib),
  ]);
}
