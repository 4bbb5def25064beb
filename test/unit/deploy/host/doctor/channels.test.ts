import { describe, expect, it } from 'vitest';
import { judgeChannels } from '../../../../../deploy/host/doctor/channels.js';
import { domainXml } from '../../../../../deploy/host/libvirt/domain-xml.js';
import { capturedXml, runningDomain } from './captured.js';
import { exampleMachine } from './example-host.js';

const virtio = capturedXml('virtio-domain');
const serial = capturedXml('serial-domain');
const bare = virtio.replace(/<channel[\s\S]*<\/channel>/, '');

describe('the check of the channels', () => {
  it('the check of the channels is content with virtio channels', () => {
    expect(judge(virtio)).toEqual({
      level: 'ok',
      detail:
        'data channel is virtio channel pbot-vm.data.0 at 127.0.0.1:5555, heartbeat is virtio channel pbot-vm.heart.0 at 127.0.0.1:5556',
    });
  });

  it('the check of the channels is content with serial ports', () => {
    expect(judge(serial)).toEqual({
      level: 'ok',
      detail:
        'data channel is serial port 1 at 127.0.0.1:5555, heartbeat is serial port 2 at 127.0.0.1:5556',
    });
  });

  it('the check of the channels is content with Unix sockets, whatever their paths hold', () => {
    const xml = serial
      .replaceAll("<serial type='tcp'>", "<serial type='unix'>")
      .replace(/<source mode='bind' host='127.0.0.1' service='5555'[^>]*>/, source('/run/a&amp;b'))
      .replace(/<source mode='bind' host='127.0.0.1' service='5556'[^>]*>/, source('/run/c'));
    const variables = { PBOTVM_SERIAL: 'unix:/run/a&b', PBOTVM_HEART: 'unix:/run/c' };
    expect(judge(xml, variables).level).toBe('ok');
  });

  it('the check of the channels says how to add them where they are missing', () => {
    expect(judge(bare)).toEqual({
      level: 'failed',
      detail: 'the domain pbot-vm has no data channel and no heartbeat',
      fix: 'Run "deploy/add-serials --connect qemu:///system", then start the domain again.',
    });
  });

  it('the check of the channels hands the variables that are set to the command that adds them', () => {
    const variables = { PBOTVM_DOMAIN: 'other-vm', PBOTVM_SERIAL: '7777' };
    expect(judge(bare, variables)).toMatchObject({
      fix: expect.stringContaining(
        '"PBOTVM_DOMAIN=other-vm PBOTVM_SERIAL=127.0.0.1:7777 deploy/add-serials ',
      ),
    });
  });

  it('the check of the channels sees that a variable says something else than the domain', () => {
    expect(judge(virtio, { PBOTVM_HEART: '7778' })).toMatchObject({
      level: 'failed',
      detail:
        'the heartbeat (virtio channel pbot-vm.heart.0) is at 127.0.0.1:5556, but PBOTVM_HEART says 127.0.0.1:7778',
      fix: expect.stringContaining('Set PBOTVM_HEART=127.0.0.1:5556, or'),
    });
  });

  it('the check of the channels sees a channel that waits for nobody', () => {
    const xml = serial.replaceAll("mode='bind'", "mode='connect'");
    expect(judge(xml)).toMatchObject({
      level: 'failed',
      detail: expect.stringContaining('of type tcp connect 127.0.0.1 5555'),
    });
  });

  it('the check of the channels warns of a channel that other hosts can reach', () => {
    expect(
      judge(virtio.replace("host='127.0.0.1' service='5555'", "host='0.0.0.0' service='5555'")),
    ).toMatchObject({
      level: 'warning',
      detail: expect.stringContaining('other hosts can reach the data channel'),
    });
  });

  it('the check of the channels asks for a start where the domain got the channels while it ran', () => {
    const domain = runningDomain({ xml: bare, storedXml: virtio });
    expect(judgeChannels(exampleMachine(), domain)).toMatchObject({
      level: 'failed',
      fix: expect.stringContaining('virsh -c qemu:///system shutdown pbot-vm'),
    });
  });

  it('the check of the channels warns where the next start will have no channels', () => {
    const domain = runningDomain({ xml: virtio, storedXml: bare });
    expect(judgeChannels(exampleMachine(), domain).level).toBe('warning');
  });

  it('the check of the channels takes the definition as it is where the domain is off', () => {
    const domain = runningDomain({ state: 'shut off', xml: bare, storedXml: bare });
    expect(judgeChannels(exampleMachine(), domain).level).toBe('failed');
  });

  it('the check of the channels is skipped without a domain', () => {
    const missing = { kind: 'missing', others: [], isInSystem: false } as const;
    expect(judgeChannels(exampleMachine(), missing)).toMatchObject({
      level: 'skipped',
      fix: 'Fix "domain" first.',
    });
  });

  it.each(['virtio-serial', 'isa-serial'] as const)(
    'the check of the channels knows what pbot-vm defines: %s',
    (channels) => {
      const xml = domainXml({
        name: 'pbot-vm',
        memoryMiB: 512,
        vcpus: 1,
        accelerator: 'tcg',
        diskIo: 'threads',
        machineType: 'pc',
        diskPath: '/disk',
        kernelPath: '/kernel',
        initrdPath: '/initrd',
        channels,
        data: { host: '127.0.0.1', port: 5555 },
        heart: { host: '127.0.0.1', port: 5556 },
      });
      // libvirt writes single quotes.
      expect(judge(xml.replaceAll('"', "'")).level).toBe('ok');
    },
  );
});

function judge(xml: string, environment: NodeJS.ProcessEnv = {}) {
  return judgeChannels(exampleMachine(environment), runningDomain({ xml, storedXml: xml }));
}

function source(path: string): string {
  return `<source mode='bind' path='${path}'/>`;
}
