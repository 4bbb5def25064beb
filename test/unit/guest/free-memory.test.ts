import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freeMemoryReports } from '../../../guest/server/free-memory.js';

/** From a return until the driver begins. */
const delayMs = 5000;

/** Stands in for the directory of sysfs: a host's own devices are no test's to bind. */
let bus: string;
let bind: string;

beforeEach(() => {
  vi.useFakeTimers();
  bus = mkdtempSync(join(tmpdir(), 'pbot-vm-virtio-'));
  bind = join(bus, 'drivers/virtio_balloon/bind');
  mkdirSync(join(bus, 'drivers/virtio_balloon'), { recursive: true });
  addDevice('virtio0', 'virtio:d00000002v00001AF4\n');
  addDevice('virtio2', 'virtio:d00000005v00001AF4\n');
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  rmSync(bus, { recursive: true });
});

function addDevice(name: string, modalias: string): void {
  mkdirSync(join(bus, 'devices', name), { recursive: true });
  writeFileSync(join(bus, 'devices', name, 'modalias'), modalias);
}

function giveDriver(): void {
  symlinkSync(join(bus, 'drivers/virtio_balloon'), join(bus, 'devices/virtio2/driver'));
}

describe('reports of free memory', () => {
  it('begin a while after the last return', () => {
    const returned = freeMemoryReports(bus);
    returned();
    vi.advanceTimersByTime(delayMs - 1);
    returned();
    vi.advanceTimersByTime(delayMs - 1);
    expect(existsSync(bind)).toBe(false);
    vi.advanceTimersByTime(1);
    expect(readFileSync(bind, 'utf8')).toBe('virtio2');
  });

  it('go on after a return without a revert', () => {
    const returned = freeMemoryReports(bus);
    giveDriver();
    returned();
    vi.advanceTimersByTime(delayMs);
    expect(existsSync(bind)).toBe(false);
  });

  it.each([
    ['the guest has no balloon', () => rmSync(join(bus, 'devices/virtio2'), { recursive: true })],
    ['the balloon has its driver from the boot', giveDriver],
    ['the kernel has no driver for it', () => rmSync(join(bus, 'drivers'), { recursive: true })],
    ['the guest has no virtio', () => rmSync(join(bus, 'devices'), { recursive: true })],
  ])('are left to the guest where %s', (_case, change) => {
    change();
    freeMemoryReports(bus)();
    vi.advanceTimersByTime(delayMs);
    expect(existsSync(bind)).toBe(false);
  });

  it('are missed, and no more than that, where the driver does not take the balloon', () => {
    const say = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    mkdirSync(bind);
    freeMemoryReports(bus)();
    vi.advanceTimersByTime(delayMs);
    expect(say).toHaveBeenCalledWith(expect.stringContaining('free memory stays with the guest'));
  });
});
