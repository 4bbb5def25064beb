import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  changeIdentity,
  type Identity,
  isPlainPath,
} from '../../../../../deploy/host/libvirt/identity.js';
import { parseAddress } from '../../../../../services/lib/config/address.js';
import { parseSnapshotInfo } from '../../../../../services/snapshot/virsh-output.js';

const captured = new URL('../../../snapshot/captured/snapshot.xml', import.meta.url);
const snapshot = readFileSync(captured, 'utf8');

/** The machine whose snapshot was captured. */
const origin: Identity = {
  domain: 'pbot-vm',
  uuid: 'ac85724a-5fad-4561-83ab-4806a986979a',
  directory: '/var/lib/pbot-vm',
  serial: parseAddress('25555'),
  heart: parseAddress('25556'),
};

const clone: Identity = {
  domain: 'pbot-vm-2',
  uuid: '11111111-2222-3333-4444-555555555555',
  directory: '/srv/$&/pbot-vm-2',
  serial: parseAddress('25557'),
  heart: parseAddress('127.0.0.2:25558'),
};

const toClone = { from: origin, to: clone };

describe('a snapshot of one machine made that of another', () => {
  const changed = changeIdentity(snapshot, toClone);

  it('name, UUID, files and channels are those of the other machine', () => {
    for (const own of ['<name>pbot-vm<', origin.uuid, `'${origin.directory}/`, '25555', '25556']) {
      expect(snapshot).toContain(own);
      expect(changed).not.toContain(own);
    }
    expect(changed.match(/<name>pbot-vm-2<\/name>/g)).toHaveLength(2);
    expect(changed).toContain(`<source file='${clone.directory}/disk.qcow2'/>`);
    expect(changed).toContain("<source mode='bind' host='127.0.0.1' service='25557'/>");
    expect(changed).toContain("<source mode='bind' host='127.0.0.2' service='25558'/>");
  });

  it('the snapshot keeps its name, its time and its hardware', () => {
    expect(parseSnapshotInfo('1', changed)).toEqual(parseSnapshotInfo('1', snapshot));
    expect(changed).toContain('<name>1</name>');
  });

  it('it can be changed back, whatever the paths are', () => {
    expect(changeIdentity(changed, { from: clone, to: origin })).toBe(snapshot);
  });

  it('a parent is left behind: the other machine has no such snapshot', () => {
    const parent = '<parent>\n    <name>pbot-vm</name>\n  </parent>\n  ';
    const child = snapshot.replace('<creationTime>', () => `${parent}<creationTime>`);
    expect(child).not.toBe(snapshot);
    expect(changeIdentity(child, toClone)).toBe(changed);
  });
});

describe('a definition of one machine made that of another', () => {
  it('a machine whose name another one begins with is not taken for it', () => {
    const [from, to] = [origin, clone].map((each) => ({ ...each, directory: `/m/${each.domain}` }));
    if (from === undefined || to === undefined) throw new Error('there are two');
    const text = "<source file='/m/pbot-vm/disk'/><source file='/m/pbot-vm-3/disk'/>";
    expect(changeIdentity(text, { from, to })).toBe(
      "<source file='/m/pbot-vm-2/disk'/><source file='/m/pbot-vm-3/disk'/>",
    );
  });

  it('channels at Unix sockets move, wherever they are', () => {
    const at = (identity: Identity, name: string) => ({
      ...identity,
      serial: parseAddress(`unix:/run/${name}.data`),
      heart: parseAddress(`unix:/run/${name}.heart`),
    });
    const text =
      "<source mode='bind' path='/run/a.data'/><source mode='bind' path='/run/a.heart'/>";
    expect(changeIdentity(text, { from: at(origin, 'a'), to: at(clone, 'b') })).toBe(
      "<source mode='bind' path='/run/b.data'/><source mode='bind' path='/run/b.heart'/>",
    );
  });

  it('a path that libvirt would write in another way is known', () => {
    expect(isPlainPath('/var/lib/pbot-vm')).toBe(true);
    expect(["/o'hara", '/a&b', '/a<b'].map(isPlainPath)).toEqual([false, false, false]);
  });
});
