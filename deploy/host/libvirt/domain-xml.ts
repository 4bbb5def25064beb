// Writes the libvirt definition of a machine.

/** How the two channels of a machine reach the guest. */
export type ChannelKind = 'virtio-serial' | 'isa-serial' | 'none';

/** Host end of a channel: a TCP port or a Unix socket that QEMU listens on. */
type ChannelAddress = { host: string; port: number } | { path: string };

export interface DomainOptions {
  name: string;
  /** libvirt makes one up when absent. */
  uuid?: string;
  memoryMiB: number;
  vcpus: number;
  accelerator: 'kvm' | 'tcg';
  /** QEMU machine type; with `pc`, libvirt writes the newest i440fx of the installed QEMU into the definition. */
  machineType: string;
  /** qcow2 overlay that belongs to this machine alone. */
  diskPath: string;
  /** Image under the disk; present where the disk may be made again from it at any time. */
  basePath?: string;
  /** How QEMU reads it; see `probeIoUring`. */
  diskIo: DiskIo;
  kernelPath: string;
  initrdPath: string;
  channels: ChannelKind;
  data: ChannelAddress;
  heart: ChannelAddress;
  /** File that the console is appended to; the console goes nowhere when absent. */
  consoleLogPath?: string;
  /** File that the guest may read under the name `guestSecretName`. */
  guestSecretPath?: string;
}

export type DiskIo = 'io_uring' | 'threads';

/** Under /sys/firmware/qemu_fw_cfg/by_name in the guest, where root alone reads it (QEMU, "QEMU Firmware Configuration Device"). */
const guestSecretName = 'opt/pbot-vm/secret';

/** Names of the virtio ports; the guest finds them as /dev/virtio-ports/NAME. */
export const virtioPorts = { data: 'pbot-vm.data.0', heart: 'pbot-vm.heart.0' } as const;

/**
 * Definition of the machine that runs untrusted programs: one disk, a console, two channels, a balloon, and nothing else.
 * What libvirt adds unasked (USB, video, network) is switched off by name. A machine that crashes stays as it is,
 * because loading a snapshot into it is the fastest way back; one that powers off is gone.
 */
export function domainXml(options: DomainOptions): string {
  return document(
    element('domain', domainAttributes(options), [
      element('name', {}, options.name),
      ...(options.basePath === undefined ? [] : [layer(options.diskPath, options.basePath)]),
      ...(options.uuid === undefined ? [] : [element('uuid', {}, options.uuid)]),
      ...(options.guestSecretPath === undefined ? [] : [handedSecret(options.guestSecretPath)]),
      element('memory', { unit: 'MiB' }, String(options.memoryMiB)),
      element('vcpu', { placement: 'static' }, String(options.vcpus)),
      element('os', {}, [
        element('type', { arch: 'x86_64', machine: options.machineType }, 'hvm'),
        element('kernel', {}, options.kernelPath),
        element('initrd', {}, options.initrdPath),
        element('cmdline', {}, kernelArguments(options.accelerator)),
      ]),
      features(options.accelerator),
      processor(options.accelerator),
      clock(options.accelerator),
      element('on_poweroff', {}, 'destroy'),
      element('on_reboot', {}, 'restart'),
      element('on_crash', {}, 'preserve'),
      element('devices', {}, [
        disk(options.diskPath, options.diskIo),
        element('controller', { type: 'usb', model: 'none' }),
        ...channelDevices(options),
        // The host gets back what the guest does not use. Nothing ever makes the guest smaller.
        element('memballoon', { model: 'virtio', freePageReporting: 'on' }),
        element('audio', { id: '1', type: 'none' }),
        element('panic', { model: 'isa' }),
      ]),
    ]),
  );
}

/**
 * Freed memory is zeroed so that a snapshot holds little of it. The balloon has no driver until the guest server wants it. Under emulation
 * a revert does not reset the time-stamp counter. The guest's clocks would jump ahead by the time that QEMU has run, so they use another timer.
 */
export function kernelArguments(accelerator: 'kvm' | 'tcg'): string {
  const common = [
    'root=/dev/vda',
    'rootfstype=ext4',
    'rootflags=noatime',
    'rw',
    'fsck.mode=skip',
    'console=ttyS0',
    'quiet',
    'init_on_free=1',
    'panic=0',
    'modprobe.blacklist=virtio_balloon',
  ];
  const emulated = ['clocksource=acpi_pm', 'tsc=unstable'];
  return [...common, ...(accelerator === 'tcg' ? emulated : [])].join(' ');
}

/** Marks the disk as one that holds nothing of its own, for the Snapshot service. libvirt keeps elements of a foreign namespace. */
function layer(path: string, base: string): Element {
  const names = { 'xmlns:pbotvm': 'urn:pbot-vm:machine' };
  return element('metadata', {}, [element('pbotvm:layer', { ...names, path, base })]);
}

function handedSecret(file: string): Element {
  return element('sysinfo', { type: 'fwcfg' }, [element('entry', { name: guestSecretName, file })]);
}

interface Element {
  name: string;
  attributes: Record<string, string>;
  /** Text, or elements: nothing here mixes them. */
  children: string | readonly Element[];
}

function domainAttributes(options: DomainOptions): Record<string, string> {
  return { type: options.accelerator === 'kvm' ? 'kvm' : 'qemu' };
}

/** Blocks of translated code are kept in 128 MiB: QEMU takes a gigabyte by itself, with no gain for small guests. */
function features(accelerator: 'kvm' | 'tcg'): Element {
  const translation =
    accelerator === 'tcg'
      ? [element('tcg', {}, [element('tb-cache', { unit: 'MiB' }, '128')])]
      : [];
  return element('features', {}, [element('acpi'), element('apic'), ...translation]);
}

/**
 * The plain model boots twice as fast under emulation as the one with every feature. With a source of random numbers
 * in the processor, no program has to wait until the kernel has gathered its own: two seconds of the boot.
 */
function processor(accelerator: 'kvm' | 'tcg'): Element {
  if (accelerator === 'kvm') {
    return element('cpu', { mode: 'host-passthrough', check: 'none', migratable: 'on' });
  }
  return element('cpu', { mode: 'custom', match: 'exact', check: 'none' }, [
    element('model', { fallback: 'forbid' }, 'qemu64'),
    element('feature', { policy: 'require', name: 'rdrand' }),
  ]);
}

function clock(accelerator: 'kvm' | 'tcg'): Element {
  const timers = [element('timer', { name: 'hpet', present: 'no' })];
  if (accelerator === 'kvm') timers.push(element('timer', { name: 'kvmclock', present: 'yes' }));
  return element('clock', { offset: 'utc' }, timers);
}

/** A fault reverts the disk to a snapshot, so no write waits until the host's disk has it. */
function disk(path: string, io: DiskIo): Element {
  return element('disk', { type: 'file', device: 'disk' }, [
    element('driver', { name: 'qemu', type: 'qcow2', cache: 'unsafe', io, discard: 'unmap' }),
    element('source', { file: path }),
    element('target', { dev: 'vda', bus: 'virtio' }),
  ]);
}

/** The console is always ttyS0, so that the channels are ttyS1 and ttyS2 where they are serial ports. */
function channelDevices(options: DomainOptions): Element[] {
  const console = serialConsole(options.consoleLogPath);
  switch (options.channels) {
    case 'none':
      return [console];
    case 'isa-serial':
      return [console, serialPort(options.data, 1), serialPort(options.heart, 2)];
    case 'virtio-serial':
      return [
        console,
        element('controller', { type: 'virtio-serial', index: '0' }),
        virtioPort(options.data, virtioPorts.data),
        virtioPort(options.heart, virtioPorts.heart),
      ];
  }
}

function serialConsole(logPath: string | undefined): Element {
  const target = element('target', { type: 'isa-serial', port: '0' });
  if (logPath === undefined) return element('serial', { type: 'null' }, [target]);
  return element('serial', { type: 'file' }, [
    element('source', { path: logPath, append: 'on' }),
    target,
  ]);
}

function serialPort(address: ChannelAddress, port: number): Element {
  const target = element('target', { type: 'isa-serial', port: String(port) });
  return characterDevice('serial', address, target);
}

function virtioPort(address: ChannelAddress, name: string): Element {
  return characterDevice('channel', address, element('target', { type: 'virtio', name }));
}

function characterDevice(
  kind: 'serial' | 'channel',
  address: ChannelAddress,
  target: Element,
): Element {
  if ('path' in address) {
    const source = element('source', { mode: 'bind', path: address.path });
    return element(kind, { type: 'unix' }, [source, target]);
  }
  const { host, port } = address;
  return element(kind, { type: 'tcp' }, [
    element('source', { mode: 'bind', host, service: String(port) }),
    element('protocol', { type: 'raw' }),
    target,
  ]);
}

function element(
  name: string,
  attributes: Record<string, string> = {},
  children: string | readonly Element[] = [],
): Element {
  return { name, attributes, children };
}

function document(root: Element): string {
  return `${lines(root, '').join('\n')}\n`;
}

function lines({ name, attributes, children }: Element, indent: string): string[] {
  const text = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  const start = `${indent}<${name}${text.join('')}`;
  if (children.length === 0) return [`${start}/>`];
  if (typeof children === 'string') return [`${start}>${escapeXml(children)}</${name}>`];
  const inner = children.flatMap((child) => lines(child, `${indent}  `));
  return [`${start}>`, ...inner, `${indent}</${name}>`];
}

function escapeXml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
