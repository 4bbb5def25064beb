// Gives memory that nothing in the guest uses back to the host. By itself QEMU keeps each page that was ever touched, through reverts, too.
// After 30 of them, with programs of 256 MiB in between, a machine has 496 MiB of the host in place of 688 (`npm run bench:memory`).

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of a balloon, by the list of devices in the specification of virtio. */
const kind = 'virtio:d00000005';

const driver = 'drivers/virtio_balloon';

/** A guest that is reverted sooner has not much to give back, and this takes it 50 ms. */
const delayMs = 5000;

/**
 * For a balloon without a driver, as in machines that `pbot-vm up` makes. When the driver begins, it names all free memory to the host, and
 * then what becomes free. It names nothing twice, so no snapshot may hold what it has named: after a revert QEMU has touched that again.
 *
 * @param bus directory of sysfs
 * @returns to be called whenever the guest may have come back from a snapshot. Has the driver begin a while later
 */
export function freeMemoryReports(bus = '/sys/bus/virtio'): () => void {
  const balloon = existsSync(join(bus, driver)) ? balloonOf(bus) : undefined;
  if (balloon === undefined || isDriven(bus, balloon)) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!isDriven(bus, balloon)) begin(bus, balloon);
    }, delayMs);
  };
}

/** The name of the device, if there is one. */
function balloonOf(bus: string): string | undefined {
  const devices = join(bus, 'devices');
  if (!existsSync(devices)) return undefined;
  return readdirSync(devices).find((name) =>
    readFileSync(join(devices, name, 'modalias'), 'utf8').startsWith(kind),
  );
}

function isDriven(bus: string, device: string): boolean {
  return existsSync(join(bus, 'devices', device, 'driver'));
}

function begin(bus: string, device: string): void {
  try {
    writeFileSync(join(bus, driver, 'bind'), device);
  } catch (error) {
    process.stderr.write(`guest-server: free memory stays with the guest: ${String(error)}\n`);
  }
}
