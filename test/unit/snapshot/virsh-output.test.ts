import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HypervisorError } from '../../../services/snapshot/hypervisor.js';
import {
  parseDomainInfo,
  parseDomainState,
  parseFailure,
  parseLoad,
  parseProcessorTime,
  parseRevertSituation,
  parseSnapshotInfo,
  parseSnapshotNames,
} from '../../../services/snapshot/virsh-output.js';

// What virsh 9.0 wrote of one domain: its dumpxml while it ran, and the snapshot-dumpxml of its snapshot "1".
const domainXml = captured('domain.xml');
const snapshotXml = captured('snapshot.xml');

describe('domstate', () => {
  it.each(['running', 'paused', 'shut off', 'crashed'])(
    'domstate reports "%s" in its own words',
    (state) => {
      expect(parseDomainState(`${state}\n\n`)).toBe(state);
    },
  );

  it.each(['in shutdown', 'pmsuspended', 'idle', 'no state', ''])(
    'a domain in the state "%s" of domstate is in none of the states that count',
    (state) => {
      expect(parseDomainState(`${state}\n`)).toBe('other');
    },
  );
});

describe('snapshot-list --name', () => {
  it('snapshot-list --name has one name a line and an empty line at the end', () => {
    expect(parseSnapshotNames('1\n2\n\n')).toEqual(['1', '2']);
    expect(parseSnapshotNames('\n')).toEqual([]);
  });
});

describe('dumpxml', () => {
  it('dumpxml holds the hypervisor', () => {
    expect(parseDomainInfo(domainXml).type).toBe('qemu');
    expect(parseDomainInfo("<domain id='3' type='kvm'>\n</domain>").type).toBe('kvm');
  });

  it('dumpxml holds the layer of a disk that may be made again, as libvirt writes it back', () => {
    const metadata = `<metadata>
    <pbotvm:layer xmlns:pbotvm="urn:pbot-vm:machine" path="/a&amp;b/disk.qcow2" base="/a&amp;b/base.qcow2"/>
  </metadata>`;
    const withDisk = (path: string) =>
      `<domain type='qemu'>\n${metadata}\n<source file='${path}' index='1'/>\n</domain>`;
    expect(parseDomainInfo(withDisk('/a&amp;b/disk.qcow2')).layer).toEqual({
      path: '/a&b/disk.qcow2',
      basePath: '/a&b/base.qcow2',
    });
    // As in a definition that was copied from that of another domain.
    expect(parseDomainInfo(withDisk('/other/disk.qcow2')).layer).toBeUndefined();
    expect(parseDomainInfo(domainXml).layer).toBeUndefined();
  });

  it('text that is no dumpxml is an error', () => {
    expect(() => parseDomainInfo('<domainsnapshot/>')).toThrow('virsh dumpxml');
  });
});

describe('domstats', () => {
  it('domstats holds the processor time of a domain that runs', () => {
    expect(parseProcessorTime("Domain: 'vm'\n  cpu.time=95023456789\n  cpu.user=1\n")).toBe(
      95_023_456_789n,
    );
    expect(parseProcessorTime("Domain: 'vm'\n")).toBeUndefined();
  });
});

describe('snapshot-dumpxml', () => {
  it('snapshot-dumpxml holds when and in which state the snapshot was taken', () => {
    expect(parseSnapshotInfo('1', snapshotXml)).toMatchObject({
      name: '1',
      createdAt: new Date(createdSeconds() * 1000),
      domainState: 'running',
    });
  });

  it('text that is no snapshot-dumpxml is an error', () => {
    expect(() => parseSnapshotInfo('1', domainXml)).toThrow('virsh snapshot-dumpxml');
  });
});

describe('the hardware of a snapshot', () => {
  const saved = parseSnapshotInfo('1', snapshotXml).hardware;

  it('the hardware of a snapshot equals that of the live domain that it was taken of', () => {
    expect(saved).toEqual(parseDomainInfo(domainXml).hardware);
    expect(saved).toContain("<memory unit='KiB'>65536</memory>");
  });

  it('the hardware stays the same while somebody is connected to a channel', () => {
    const connected = domainXml.replace("state='disconnected'", "state='connected'");
    expect(connected).not.toBe(domainXml);

    expect(parseDomainInfo(connected).hardware).toEqual(saved);
  });

  it.each([
    ['another processor', ['>qemu64<', '>Nehalem<']],
    ['a processor without a feature', ["<feature policy='require' name='lahf_lm'/>", '']],
    ['more memory', ['65536</memory>', '131072</memory>']],
    ['a device elsewhere', ["slot='0x02'", "slot='0x05'"]],
    ['another machine type', ['pc-i440fx-7.2', 'pc-q35-7.2']],
  ] as const)(
    'the hardware of a snapshot differs from that of a domain with %s',
    (_, [from, to]) => {
      const changed = domainXml.replace(from, to);
      expect(changed).not.toBe(domainXml);

      expect(parseDomainInfo(changed).hardware).not.toEqual(saved);
    },
  );
});

describe('a load, with what is asked behind it', () => {
  const status = (running: boolean) =>
    `{"return":{"status":"x","singlestep":false,"running":${running}},"id":"libvirt-1"}`;

  it('a load went well where the human monitor prints nothing', () => {
    const running = `\n${status(true)}\nrunning\n\n`;
    expect(parseLoad(running)).toEqual({ state: 'running', isExecuting: true });
    const paused = `\n${status(false)}\npaused\n\n`;
    expect(parseLoad(paused)).toEqual({ state: 'paused', isExecuting: false });
  });

  it('a load failed where the human monitor prints anything', () => {
    const failure = "Error: Snapshot '1' does not exist in one or more devices\r\n";
    expect(() => parseLoad(`${failure}\n${status(true)}\nrunning\n`)).toThrow(
      expect.objectContaining({
        kind: 'SNAPSHOT_BROKEN',
        message: "loadvm: Error: Snapshot '1' does not exist in one or more devices",
      }),
    );
  });

  it('the answer to a load must have the known form', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => parseLoad(text)).toThrow(HypervisorError);
      }),
    );
  });
});

describe('what a revert asks first', () => {
  it('the situation of a revert is read out of two answers', () => {
    const situation = parseRevertSituation('1', `paused\n\n${snapshotXml}\n`);

    expect(situation.state).toBe('paused');
    expect(situation.snapshot).toEqual(parseSnapshotInfo('1', snapshotXml));
  });

  it.each([
    ['no snapshot', 'running\n\n'],
    ['nothing', ''],
  ])('the situation of a revert is not read with %s', (_, text) => {
    expect(() => parseRevertSituation('1', text)).toThrow('another form');
  });
});

describe('what virsh says on failure', () => {
  it.each([
    ["error: failed to get domain 'x'\n\n", 'DOMAIN_NOT_FOUND'],
    ["error: Domain not found: no domain with matching name 'x'\n", 'DOMAIN_NOT_FOUND'],
    [
      "error: Domain snapshot not found: no domain snapshot with matching name '2'\n",
      'SNAPSHOT_NOT_FOUND',
    ],
    ['error: operation failed: domain moment 1 already exists\n', 'SNAPSHOT_EXISTS'],
    [
      "error: Failed to destroy domain 'x'\nerror: Requested operation is not valid: domain is not running\n",
      'DOMAIN_NOT_RUNNING',
    ],
    [
      'error: revert requires force: must respawn qemu to start inactive snapshot\n',
      'FORCE_NEEDED',
    ],
    [
      "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/x': No such file or directory\n",
      'LIBVIRT_UNAVAILABLE',
    ],
    [
      "error: failed to get domain 'x'\nerror: internal error: client socket is closed\n",
      'LIBVIRT_UNAVAILABLE',
    ],
    [
      'error: Failed to revert snapshot 1\nerror: Timed out during operation: cannot acquire state change lock (held by monitor=qemuDispatchDomainMonitorCommand)\n',
      'TIMED_OUT',
    ],
    ["error: operation failed: domain 'x' already exists with uuid 41303dd7\n", 'OTHER'],
  ])('the failure %j of virsh is %s', (stderr, kind) => {
    expect(parseFailure(stderr).kind).toBe(kind);
  });

  it('the failure of virsh becomes one line', () => {
    const stderr = "error: Failed to start domain 'x'\nerror: internal error: no memory\n\n";

    expect(parseFailure(stderr).message).toBe(
      "Failed to start domain 'x': internal error: no memory",
    );
  });

  it('the failure of virsh becomes a line of bounded length', () => {
    fc.assert(
      fc.property(fc.string({ size: 'large' }), (stderr) => {
        const { message } = parseFailure(stderr);
        expect(message.length).toBeGreaterThan(0);
        expect(message.length).toBeLessThanOrEqual(500);
        expect(message).not.toContain('\n');
      }),
    );
  });
});

function captured(name: string): string {
  return readFileSync(new URL(`captured/${name}`, import.meta.url), 'utf8');
}

function createdSeconds(): number {
  return Number(/<creationTime>(\d+)</.exec(snapshotXml)?.[1]);
}
