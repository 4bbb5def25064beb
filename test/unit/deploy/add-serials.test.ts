import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { version } from '../../../services/lib/process/version.js';

const script = fileURLToPath(new URL('../../../deploy/add-serials', import.meta.url));

// Answers from files beside it, and records each call; attached XML goes into the record too.
const fakeVirsh = `#!/bin/bash
folder=$(dirname "$0")
echo "virsh $*" >>"$folder/calls"
[[ $1 != --connect ]] || shift 2
case $1 in
  list) [[ ! -e $folder/unreachable ]] || { echo 'error: failed to connect to the hypervisor' >&2; exit 1; }
    printf 'other-vm\\npbot-vm\\n\\n' ;;
  dumpxml)
    name=\${!#}
    [[ $name == pbot-vm || $name == other-vm ]] || { echo "error: failed to get domain '$name'" >&2; exit 1; }
    if [[ $2 == --inactive ]]; then cat "$folder/domain.xml"; else cat "$folder/live.xml"; fi ;;
  domstate) cat "$folder/state" ;;
  attach-device)
    [[ ! -e $folder/broken ]] || { echo 'error: no room' >&2; exit 1; }
    cat "$3" >>"$folder/attached" ;;
  snapshot-list) cat "$folder/snapshots" ;;
esac
`;

const consoleXml = serialXml(0, "<serial type='pty'>");
const untouched = domainXml(consoleXml);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'add-serials-'));
  put('virsh', fakeVirsh);
  chmodSync(join(folder, 'virsh'), 0o755);
  put('domain.xml', untouched);
  put('live.xml', untouched);
  put('state', 'shut off\n\n');
  put('snapshots', '\n');
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('add-serials', () => {
  it('add-serials adds ports 1 and 2 of the specification to the domain pbot-vm', () => {
    const result = run();
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    expect(attached()).toBe(
      `${tcpXml('serial', 5555, "type='isa-serial' port='1'")}${tcpXml('serial', 5556, "type='isa-serial' port='2'")}`,
    );
    expect(calls().filter((call) => call.includes('attach-device'))).toEqual([
      expect.stringMatching(/^virsh attach-device pbot-vm \S+ --config$/),
      expect.stringMatching(/^virsh attach-device pbot-vm \S+ --config$/),
    ]);
    expect(result.stdout).toContain('added: serial port 1 -> 127.0.0.1:5555 (data channel)');
    expect(result.stdout).toContain('added: serial port 2 -> 127.0.0.1:5556 (heartbeat)');
    expect(result.stdout).toContain('virsh start pbot-vm');
  });

  it('add-serials takes the domain and the ports from the environment', () => {
    const result = run([], {
      PBOTVM_DOMAIN: 'other-vm',
      PBOTVM_SERIAL: '7777',
      PBOTVM_HEART: '127.0.0.1:7778',
    });
    expect(result.status).toBe(0);
    expect(calls().join('\n')).toContain('attach-device other-vm');
    expect(attached()).toContain("host='127.0.0.1' service='7777'");
    expect(attached()).toContain("host='127.0.0.1' service='7778'");
  });

  it('add-serials takes an empty variable for one that is not set', () => {
    expect(run([], { PBOTVM_DOMAIN: '', PBOTVM_SERIAL: '', PBOTVM_HEART: '' }).status).toBe(0);
    expect(attached()).toContain("service='5555'");
  });

  it('add-serials binds Unix sockets, with their paths escaped', () => {
    const result = run([], { PBOTVM_SERIAL: `unix:/run/a&b'<c>`, PBOTVM_HEART: 'unix:/run/heart' });
    expect(result.status).toBe(0);
    expect(attached()).toContain("<serial type='unix'>");
    expect(attached()).toContain("<source mode='bind' path='/run/a&amp;b&apos;&lt;c&gt;'/>");
    expect(attached()).toContain("<source mode='bind' path='/run/heart'/>");
  });

  it('add-serials adds virtio-serial channels with --virtio', () => {
    expect(run(['--virtio']).status).toBe(0);
    expect(attached()).toBe(
      `${tcpXml('channel', 5555, "type='virtio' name='pbot-vm.data.0'")}${tcpXml('channel', 5556, "type='virtio' name='pbot-vm.heart.0'")}`,
    );
  });

  it('add-serials hands the connection to each call of virsh', () => {
    expect(run(['--connect', 'qemu:///session']).status).toBe(0);
    expect(calls().length).toBeGreaterThan(3);
    for (const call of calls()) expect(call).toMatch(/^virsh --connect qemu:\/\/\/session /);
  });

  it('add-serials prints the XML and asks virsh nothing with --dry-run', () => {
    const result = run(['--dry-run']);
    expect(result.status).toBe(0);
    expect(result.stdout).toBe(
      `${tcpXml('serial', 5555, "type='isa-serial' port='1'")}${tcpXml('serial', 5556, "type='isa-serial' port='2'")}`,
    );
    expect(calls()).toEqual([]);
  });

  it('add-serials changes nothing when both ports are there already', () => {
    put('domain.xml', domainXml(consoleXml + tcpSerial(1, 5555) + tcpSerial(2, 5556)));
    const result = run();
    expect(result.status).toBe(0);
    expect(attached()).toBe('');
    expect(result.stdout).toContain('already present: serial port 1 -> 127.0.0.1:5555');
    expect(result.stdout).toContain('already present: serial port 2 -> 127.0.0.1:5556');
  });

  it('add-serials recognises a Unix socket whose path is escaped in the XML', () => {
    const source = "<serial type='unix'>\n<source mode='bind' path='/run/a&amp;b&apos;c'/>";
    put('domain.xml', domainXml(consoleXml + serialXml(1, source)));
    const result = run([], { PBOTVM_SERIAL: "unix:/run/a&b'c" });
    expect(result.stdout).toContain('already present: serial port 1');
    expect(result.stdout).toContain('added: serial port 2');
  });

  it('add-serials adds only what is missing', () => {
    put('domain.xml', domainXml(consoleXml + tcpSerial(1, 5555)));
    expect(run().status).toBe(0);
    expect(attached()).toBe(tcpXml('serial', 5556, "type='isa-serial' port='2'"));
  });

  it.each([
    ['another address', tcpSerial(2, 7000), '127.0.0.1:7000'],
    ['another kind of device', serialXml(2, "<serial type='pty'>"), 'a device of type pty'],
    [
      'the same address, but as a client',
      tcpSerial(2, 5556).replace("mode='bind'", "mode='connect'"),
      'mode connect',
    ],
  ])('add-serials refuses a port that is taken by %s, and attaches nothing', (_, xml, named) => {
    put('domain.xml', domainXml(consoleXml + xml));
    const result = run();
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('Serial port 2 of domain pbot-vm is taken');
    expect(result.stderr).toContain(named);
    expect(result.stderr).toContain('PBOTVM_HEART');
    expect(attached()).toBe('');
  });

  it('add-serials refuses an address that another device of the domain has', () => {
    put('domain.xml', domainXml(consoleXml + tcpSerial(1, 5555) + tcpSerial(2, 5556)));
    const result = run(['--virtio']);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('127.0.0.1:5555 is taken by serial port 1');
    expect(attached()).toBe('');
  });

  it('add-serials does not mistake the serial number of a disk or a USB serial port for a taken port', () => {
    const usb = serialXml(1, "<serial type='pty'>").replace('isa-serial', 'usb-serial');
    put('domain.xml', domainXml(`${consoleXml}<disk>\n<serial>1</serial>\n</disk>\n${usb}`));
    expect(run().status).toBe(0);
  });

  it('add-serials explains what a domain without port 0 means', () => {
    put('domain.xml', domainXml(''));
    const result = run();
    expect(result.status).toBe(0);
    expect(result.stdout).toContain('has no serial port 0');
    expect(attached()).toContain("port='1'");
  });

  it('add-serials says how to restart a running domain', () => {
    put('state', 'running\n\n');
    expect(run().stdout).toContain(
      'virsh shutdown pbot-vm && while virsh list --name | grep -qxF pbot-vm; do sleep 1; done; virsh start pbot-vm',
    );
  });

  it('add-serials sees that a running domain has the ports', () => {
    const xml = domainXml(consoleXml + tcpSerial(1, 5555) + tcpSerial(2, 5556));
    put('domain.xml', xml);
    put('live.xml', xml);
    put('state', 'running\n\n');
    const { stdout } = run();
    expect(stdout).toContain('is running with both channels');
    expect(stdout).not.toContain('shutdown');
  });

  it('add-serials warns of snapshots that lack the ports', () => {
    put('snapshots', '1\nold\n\n');
    expect(run().stdout).toContain('(1 old)');
  });

  it.each([
    ['PBOTVM_SERIAL', '0'],
    ['PBOTVM_SERIAL', '65536'],
    ['PBOTVM_SERIAL', 'x'],
    ['PBOTVM_SERIAL', '-1'],
    ['PBOTVM_HEART', '10.0.0.1:5556'],
    ['PBOTVM_HEART', 'unix:relative'],
    ['PBOTVM_HEART', `unix:/${'a'.repeat(107)}`],
    ['PBOTVM_HEART', '5555'],
    ['PBOTVM_DOMAIN', '-option'],
    ['PBOTVM_DOMAIN', 'two words'],
  ])('add-serials refuses %s=%s before it asks virsh anything', (name, value) => {
    const result = run([], { [name]: value });
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(name);
    expect(calls()).toEqual([]);
  });

  it('add-serials lists the domains that exist when the named one does not', () => {
    const result = run([], { PBOTVM_DOMAIN: 'nope' });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('There is no domain nope. These exist: other-vm, pbot-vm.');
  });

  it('add-serials says that libvirt cannot be reached', () => {
    put('unreachable', '');
    const result = run();
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("libvirt can't be reached");
    expect(result.stderr).toContain('failed to connect to the hypervisor');
  });

  it('add-serials says that virsh is not installed', () => {
    const result = spawnSync('/bin/bash', [script], {
      encoding: 'utf8',
      env: { PATH: join(folder, 'none') },
    });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('virsh is not installed');
  });

  it('add-serials passes on why libvirt does not attach a device', () => {
    put('broken', '');
    const result = run();
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('Serial port 1 could not be added');
    expect(result.stderr).toContain('no room');
  });

  it('add-serials refuses serial ports on machines that are no PC', () => {
    put('domain.xml', untouched.replace('x86_64', 'aarch64'));
    expect(run().stderr).toContain('--virtio');
    expect(run(['--virtio']).status).toBe(0);
  });

  it.each([[['--nonsense']], [['pbot-vm']], [['--connect']], [['--connect', '--virtio']]])(
    'add-serials calls %j wrong usage',
    (options) => {
      const result = run(options);
      expect(result.status).toBe(2);
      expect(result.stderr).toContain('--help');
    },
  );

  it('add-serials prints its name and version', () => {
    const result = run(['--version']);
    expect(result.stdout).toBe(`add-serials ${version}\n`);
    expect(result.status).toBe(0);
  });

  it('add-serials describes itself with --help', () => {
    const result = run(['--help']);
    expect(result.status).toBe(0);
    for (const word of ['--virtio', '--connect', '--dry-run', 'PBOTVM_DOMAIN', 'PBOTVM_SERIAL'])
      expect(result.stdout).toContain(word);
  });
});

function run(options: readonly string[] = [], variables: NodeJS.ProcessEnv = {}) {
  return spawnSync(script, options, {
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env['PATH']}`, ...variables },
  });
}

function put(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

function read(name: string): string {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function calls(): string[] {
  return read('calls').split('\n').filter(Boolean);
}

function attached(): string {
  return read('attached');
}

function domainXml(devices: string): string {
  return `<domain type='kvm'>
  <os>
    <type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>
  </os>
  <devices>
${devices}  </devices>
</domain>
`;
}

function serialXml(port: number, head: string): string {
  return `${head}
<target type='isa-serial' port='${port}'>
<model name='isa-serial'/>
</target>
</serial>
`;
}

function tcpSerial(port: number, service: number): string {
  return serialXml(
    port,
    `<serial type='tcp'>
<source mode='bind' host='127.0.0.1' service='${service}'/>
<protocol type='raw'/>`,
  );
}

function tcpXml(element: string, service: number, target: string): string {
  return `<${element} type='tcp'>
  <source mode='bind' host='127.0.0.1' service='${service}'/>
  <protocol type='raw'/>
  <target ${target}/>
</${element}>
`;
}
