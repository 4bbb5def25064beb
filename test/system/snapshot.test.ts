import { execa } from 'execa';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { RevertMethod } from '../../services/gen/pbot/vm/v1/snapshot.js';
import { bufCurl } from '../support/buf-curl.js';
import { Clients } from '../support/clients.js';
import { runProgram } from '../support/real-machine.js';

const environment = inject('machine');
const domain = environment['PBOTVM_DOMAIN'] as string;
const port = environment['PBOTVM_SNAPSHOT'] as string;
const clients = new Clients(environment);

afterAll(() => clients.close());

async function call(method: string, request: Record<string, unknown>) {
  return await bufCurl(port, `pbot.vm.v1.SnapshotService/${method}`, { domain, ...request });
}

async function namesByVirsh(): Promise<string[]> {
  const { stdout } = await execa('virsh', ['-q', 'snapshot-list', '--name', domain]);
  return stdout.split('\n').filter((name) => name !== '');
}

describe('the Snapshot service on the real domain', () => {
  test('the Snapshot service on the real domain reports how the domain is, as libvirt does', async () => {
    expect(await call('GetDomain', {})).toMatchObject({
      ok: true,
      response: { domain: { name: domain, state: 'DOMAIN_STATE_RUNNING', snapshots: ['1'] } },
    });
  });

  test('the Snapshot service on the real domain makes, lists and deletes snapshots that virsh sees too', async () => {
    await clients.ready();
    expect(await call('CreateSnapshot', { snapshot: 'second' })).toMatchObject({
      ok: true,
      response: { snapshot: { name: 'second', domainState: 'running' } },
    });
    expect(await namesByVirsh()).toEqual(['1', 'second']);
    expect(await call('CreateSnapshot', { snapshot: 'second' })).toMatchObject({ grpcCode: 6 });
    expect(await call('DeleteSnapshot', { snapshot: 'second' })).toMatchObject({ ok: true });
    expect(await namesByVirsh()).toEqual(['1']);
  });

  test('the Snapshot service on the real domain lists a snapshot that virsh has made', async () => {
    await clients.ready();
    await execa('virsh', ['snapshot-create-as', domain, 'by-hand']);
    expect(await call('ListSnapshots', {})).toMatchObject({
      response: { snapshots: [{ name: '1' }, { name: 'by-hand' }] },
    });
    await execa('virsh', ['snapshot-delete', domain, 'by-hand']);
  });

  test('the Snapshot service on the real domain puts the domain back in place, so that QEMU and its channels stay', async () => {
    const { generation } = await clients.ready();
    const answer = await call('RevertSnapshot', {});
    expect(answer).toMatchObject({
      response: { method: `REVERT_METHOD_${RevertMethod[RevertMethod.IN_PLACE]}` },
    });
    // The guest is back in a session that nobody knows any more: the Watchdog's own way opens a new one.
    await runProgram('pbot-vm', ['revert'], environment);
    await clients.ready(generation);
  });

  test('the Snapshot service on the real domain says of a running domain that it runs already when told to start it', async () => {
    expect(await call('StartDomain', {})).toMatchObject({ response: { method: 'METHOD_RUNNING' } });
  });

  test('the Snapshot service on the real domain refuses a domain that is none of its machines, and snapshots that are not there', async () => {
    expect(await call('GetDomain', { domain: 'no-such-domain' })).toMatchObject({ grpcCode: 7 });
    expect(await call('RevertSnapshot', { snapshot: 'none' })).toMatchObject({ grpcCode: 5 });
    expect(await call('DeleteSnapshot', { snapshot: 'none' })).toMatchObject({ grpcCode: 5 });
  });
});
