import { describe, expect, it } from 'vitest';
import {
  type DomainOptions,
  domainXml,
  kernelArguments,
} from '../../../../../deploy/host/libvirt/domain-xml.js';

const options: DomainOptions = {
  name: 'pbot-vm',
  memoryMiB: 512,
  vcpus: 1,
  accelerator: 'tcg',
  diskIo: 'io_uring',
  machineType: 'pc',
  diskPath: '/var/lib/pbot-vm/disk.qcow2',
  kernelPath: '/var/lib/pbot-vm/vmlinuz',
  initrdPath: '/var/lib/pbot-vm/initrd.img',
  channels: 'virtio-serial',
  data: { host: '127.0.0.1', port: 5555 },
  heart: { path: '/run/pbot-vm/heart.sock' },
};

describe('the definition of a machine', () => {
  it('the definition of a machine names the virtio ports that the guest server opens', () => {
    const xml = domainXml(options);
    expect(xml).toContain(`    <channel type="tcp">
      <source mode="bind" host="127.0.0.1" service="5555"/>
      <protocol type="raw"/>
      <target type="virtio" name="pbot-vm.data.0"/>
    </channel>`);
    expect(xml).toContain(`    <channel type="unix">
      <source mode="bind" path="/run/pbot-vm/heart.sock"/>
      <target type="virtio" name="pbot-vm.heart.0"/>
    </channel>`);
    expect(xml).not.toContain('port="1"');
  });

  it('the definition of a machine keeps ttyS0 for the console, so that serial channels are ttyS1 and ttyS2', () => {
    const ports = [...domainXml({ ...options, channels: 'isa-serial' }).matchAll(/port="(\d)"/g)];
    expect(ports.map((port) => port[1])).toEqual(['0', '1', '2']);
  });

  it('the definition of a machine has no channel when it is to have none', () => {
    const xml = domainXml({ ...options, channels: 'none' });
    expect(xml).not.toContain('<channel');
    expect(xml.match(/<serial /g)).toHaveLength(1);
  });

  it('the definition of a machine gives the guest no network, and none of the devices that libvirt adds unasked', () => {
    const xml = domainXml(options);
    expect(xml).not.toMatch(/<(interface|video|graphics|input|sound|hostdev|filesystem)/);
    expect(xml).toContain('<controller type="usb" model="none"/>');
    expect(xml).toContain('<audio id="1" type="none"/>');
  });

  it('the definition of a machine has QEMU take free memory back, by a balloon that gets no driver at boot', () => {
    const xml = domainXml(options);
    expect(xml).toContain('<memballoon model="virtio" freePageReporting="on"/>');
    expect(xml).toContain('modprobe.blacklist=virtio_balloon');
  });

  it('the definition of a machine preserves a crashed machine, so that a snapshot can be loaded into it', () => {
    const xml = domainXml(options);
    expect(xml).toContain('<panic model="isa"/>');
    expect(xml).toContain('<on_poweroff>destroy</on_poweroff>');
    expect(xml).toContain('<on_reboot>restart</on_reboot>');
    expect(xml).toContain('<on_crash>preserve</on_crash>');
  });

  it('the definition of a machine takes the clock that jumps after a revert away from emulated guests alone', () => {
    expect(kernelArguments('tcg')).toContain('clocksource=acpi_pm tsc=unstable');
    expect(kernelArguments('kvm')).not.toContain('clocksource');
    expect(kernelArguments('kvm')).toContain('root=/dev/vda');
  });

  it('the definition of a machine runs on the processor of the host under KVM, and on a plain one under emulation', () => {
    const kvm = domainXml({ ...options, accelerator: 'kvm' });
    expect(kvm).toContain('<domain type="kvm">');
    expect(kvm).toContain('<cpu mode="host-passthrough"');
    expect(kvm).not.toContain('<tcg>');
    const tcg = domainXml(options);
    expect(tcg).toContain('<domain type="qemu">');
    expect(tcg).toContain('>qemu64</model>');
    expect(tcg).toContain('<tb-cache unit="MiB">128</tb-cache>');
  });

  it('the definition of a machine appends the console to a file, or sends it nowhere', () => {
    expect(domainXml(options)).toContain('<serial type="null">');
    expect(domainXml({ ...options, consoleLogPath: '/var/log/console.log' })).toContain(
      '<source path="/var/log/console.log" append="on"/>',
    );
  });

  it('the definition of a machine escapes what would end an element or an attribute', () => {
    const xml = domainXml({ ...options, name: 'a<b&c', diskPath: `/d"'>.qcow2` });
    expect(xml).toContain('<name>a&#60;b&#38;c</name>');
    expect(xml).toContain('<source file="/d&#34;&#39;&#62;.qcow2"/>');
  });

  it('the definition of a machine carries the uuid when there is one', () => {
    const uuid = '6f1c0f0a-6f3e-4e39-8a55-5b3f6d2f0c11';
    expect(domainXml({ ...options, uuid })).toContain(`<uuid>${uuid}</uuid>`);
    expect(domainXml(options)).not.toContain('<uuid>');
  });
});
