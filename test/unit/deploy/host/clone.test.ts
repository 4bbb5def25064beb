import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cloneMachine, isClonable } from '../../../../deploy/host/clone.js';
import { type Host, readHost } from '../../../../deploy/host/host.js';
import { type Machine, machinesOf } from '../../../../deploy/host/machine.js';
import { machineFiles } from '../../../../deploy/host/machine-files.js';
import { resizePool } from '../../../../deploy/host/pool.js';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pbot-vm-clone-'));
  mkdirSync(join(home, 'bin'));
  vi.stubEnv('PATH', `${join(home, 'bin')}:${process.env['PATH']}`);
  haveQemuImg('exit 0');
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

/** A qemu-img that does this. */
function haveQemuImg(script: string): void {
  const path = join(home, 'bin', 'qemu-img');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const snapshotOf = (definition: string) =>
  `<domainsnapshot><name>1</name>${definition}</domainsnapshot>`;

/** Two machines at a libvirt that knows both; the first one has a snapshot. */
function scene() {
  const definitions = new Map<string, string>();
  const snapshots = new Map<string, string>();
  const ran: string[] = [];
  const states = new Map<string, string>();
  const virsh = async (subcommand: string, ...args: string[]) => {
    ran.push(subcommand);
    const [first = ''] = args;
    const domain = args.find((each) => each.startsWith('--domain='))?.slice(9) ?? '';
    switch (subcommand) {
      case 'domuuid':
        return `uuid-of-${domain}\n\n`;
      case 'domstate':
        return `${states.get(domain) ?? 'shut off'}\n\n`;
      case 'dumpxml':
        return definitions.get(domain) ?? '';
      case 'define': {
        const xml = readFileSync(first, 'utf8');
        definitions.set(/<name>([^<]*)/.exec(xml)?.[1] ?? '', xml);
        return '';
      }
      case 'snapshot-dumpxml':
        return snapshots.get(domain) ?? '';
      case 'snapshot-create': {
        const path = args.find((each) => each.startsWith('--xmlfile='))?.slice(10) ?? '';
        snapshots.set(domain, readFileSync(path, 'utf8'));
        return '';
      }
      default:
        return '';
    }
  };
  const host: Host = { ...resizePool(readHost({ PBOTVM_HOME: home }, 0), 2), virsh };
  const [origin, machine] = machinesOf(host) as [Machine, Machine];
  for (const each of [origin, machine]) {
    const { directory, diskPath, secretPath, guestSecretPath } = machineFiles(host, each.domain);
    mkdirSync(directory, { recursive: true });
    writeFileSync(diskPath, `disk of ${each.domain}`);
    for (const path of [secretPath, guestSecretPath])
      writeFileSync(path, `secret of ${each.domain}`);
  }
  const definitionOf = ({ domain }: Machine) =>
    `<domain type='kvm'><name>${domain}</name><uuid>uuid-of-${domain}</uuid>` +
    `<source file='${home}/machines/${domain}/disk.qcow2'/></domain>`;
  definitions.set(origin.domain, definitionOf(origin));
  snapshots.set(origin.domain, snapshotOf(definitionOf(origin)));
  const files = {
    origin: machineFiles(host, origin.domain),
    machine: machineFiles(host, machine.domain),
  };
  return { origin, machine, files, definitions, snapshots, states, ran, definitionOf };
}

describe('a clone', () => {
  it('a clone has the disk, the definition and the snapshot of its origin, with what is its own', async () => {
    const { origin, machine, files, definitions, snapshots, definitionOf } = scene();
    await cloneMachine(machine, { origin });
    expect(readFileSync(files.machine.diskPath, 'utf8')).toBe('disk of pbot-vm');
    expect(definitions.get('pbot-vm-2')).toBe(definitionOf(machine));
    expect(snapshots.get('pbot-vm-2')).toBe(snapshotOf(definitionOf(machine)));
    expect(snapshots.get('pbot-vm')).toBe(snapshotOf(definitionOf(origin)));
  });

  it('a clone keeps its own secret, and its origin gets another one: the clone holds the old one in memory', async () => {
    const { origin, machine, files } = scene();
    await cloneMachine(machine, { origin });
    expect(readFileSync(files.machine.secretPath, 'utf8')).toBe('secret of pbot-vm-2');
    const secret = readFileSync(files.origin.secretPath, 'utf8');
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(files.origin.guestSecretPath, 'utf8')).toBe(secret);
  });

  it('both machines are off before the disk is copied, and the snapshot comes last', async () => {
    const { origin, machine, ran } = scene();
    await cloneMachine(machine, { origin });
    expect(ran.slice(0, 2)).toEqual(['destroy', 'destroy']);
    expect(ran.at(-1)).toBe('snapshot-create');
  });

  it.each([
    [
      'a disk that can not be finished',
      'echo No space left on device >&2; exit 1',
      /No space left/,
    ],
    ['an origin that is written to meanwhile', 'exit 0', /was written to/],
    ['an origin that was started meanwhile', 'exit 0', /was started while/],
  ])(
    '%s leaves a machine without a snapshot, with the files that it had',
    async (what, script, error) => {
      const { origin, machine, files, snapshots, states, ran } = scene();
      haveQemuImg(script);
      const before = readdirSync(files.machine.directory);
      if (what.includes('started')) states.set(origin.domain, 'running');
      if (what.includes('written')) haveCpThatWrites(files.origin.diskPath);
      await expect(cloneMachine(machine, { origin })).rejects.toThrow(error);
      expect(snapshots.has(machine.domain)).toBe(false);
      expect(ran).not.toContain('snapshot-create');
      expect(readdirSync(files.machine.directory)).toEqual(before);
      expect(readFileSync(files.origin.secretPath, 'utf8')).toBe('secret of pbot-vm');
    },
  );
});

function haveCpThatWrites(path: string): void {
  const cp = join(home, 'bin', 'cp');
  writeFileSync(cp, `#!/bin/sh\necho more >>'${path}'\nexec /bin/cp "$@"\n`);
  chmodSync(cp, 0o755);
}

describe('which machines can be cloned', () => {
  const isClonableFor = (variables: NodeJS.ProcessEnv, uid: number) =>
    machinesOf(readHost({ PBOTVM_HOME: home, ...variables }, uid)).every(isClonable);

  it('machines of root and of a user’s own libvirt can be cloned', () => {
    expect(isClonableFor({}, 0)).toBe(true);
    expect(isClonableFor({}, 1000)).toBe(true);
  });

  it('a user who is not root may not read disks that the system’s libvirt has used', () => {
    expect(isClonableFor({ PBOTVM_LIBVIRT_URI: 'qemu:///system' }, 1000)).toBe(false);
  });

  it('a path that libvirt writes in another way is not looked for', () => {
    expect(isClonableFor({ PBOTVM_HOME: "/home/o'hara" }, 0)).toBe(false);
  });
});
