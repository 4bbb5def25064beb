import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  HealthCheckResponse_ServingStatus,
  HealthService,
} from '../../../services/gen/grpc/health/v1/health.js';
import {
  DomainState,
  RevertMethod,
  SnapshotServiceService,
  StartDomainResponse_Method as StartMethod,
} from '../../../services/gen/pbot/vm/v1/snapshot.js';
import { createClient, type RpcClient } from '../../../services/lib/rpc/client.js';
import { createFakeVirsh, type FakeVirsh } from '../../support/fake-virsh.js';
import { type ServiceProcess, startService } from './service-process.js';

const options = { timeoutMs: 20_000 };
const domain = 'pbot-vm';

describe('the Snapshot service', () => {
  let virsh: FakeVirsh;
  let service: ServiceProcess;
  let client: RpcClient<SnapshotServiceService>;

  beforeAll(async () => {
    virsh = createFakeVirsh();
    service = await startService({
      ...virsh.environment,
      PATH: `${virsh.path}:${process.env['PATH']}`,
    });
    client = createClient(SnapshotServiceService, { target: service.target });
  });

  beforeEach(() => {
    virsh.reset();
  });

  afterAll(async () => {
    client.close();
    await service.stop();
    virsh.remove();
  });

  it('the Snapshot service reports that it is healthy', async () => {
    const health = createClient(HealthService, { target: service.target });

    const answer = await health.check({ service: 'pbot.vm.v1.SnapshotService' }, options);

    expect(answer.status).toBe(HealthCheckResponse_ServingStatus.SERVING);
    health.close();
  });

  it('the Snapshot service creates, lists, reverts to and deletes a snapshot, named "1" by default', async () => {
    const created = await createSnapshot();
    expect(created.snapshot).toEqual({
      name: '1',
      createTime: new Date(1795340221000),
      domainState: 'running',
    });
    expect(created.duration).toBeDefined();

    const listed = await client.listSnapshots({ domain }, options);
    expect(listed.snapshots).toEqual([created.snapshot]);

    await expect(revertSnapshot()).resolves.toMatchObject({ method: RevertMethod.IN_PLACE });
    virsh.setState('shut off');
    await expect(revertSnapshot()).resolves.toMatchObject({ method: RevertMethod.RESTART });

    await deleteSnapshot('1');
    await expect(revertSnapshot()).rejects.toMatchObject({
      code: status.NOT_FOUND,
      reason: 'SNAPSHOT_NOT_FOUND',
      metadata: { domain, snapshot: '1' },
    });
  });

  it('a snapshot is replaced only on request', async () => {
    await createSnapshot();

    await expect(createSnapshot()).rejects.toMatchObject({
      code: status.ALREADY_EXISTS,
      reason: 'SNAPSHOT_EXISTS',
    });
    await expect(createSnapshot({ replace: true })).resolves.toBeDefined();
  });

  it('no snapshot is made of a domain that is off', async () => {
    virsh.setState('shut off');

    await expect(createSnapshot()).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      reason: 'DOMAIN_NOT_RUNNING',
      message: 'Domain "pbot-vm" does not run (the domain is "shut off"): start it first.',
    });
  });

  it('a domain is started by a boot, from its snapshot, or not at all', async () => {
    virsh.setState('shut off');
    await expect(startDomain()).resolves.toMatchObject({ method: StartMethod.BOOT });
    await expect(startDomain()).resolves.toMatchObject({ method: StartMethod.RUNNING });
    await createSnapshot();
    virsh.setState('shut off');
    await expect(startDomain()).resolves.toMatchObject({ method: StartMethod.SNAPSHOT });
  });

  it('the Snapshot service describes a domain', async () => {
    await createSnapshot();

    const described = await getDomain();

    expect(described.domain).toEqual({
      name: domain,
      state: DomainState.RUNNING,
      type: 'qemu',
      snapshots: ['1'],
      rebuildable: false,
      libvirtUri: 'test:///default',
    });
  });

  it.each([
    ['', 'is required'],
    ['-x', 'must be the name of a libvirt domain, such as pbot-vm'],
    ['a b', 'must be the name of a libvirt domain, such as pbot-vm'],
    ['x'.repeat(65), 'must be the name of a libvirt domain, such as pbot-vm'],
    ['12', 'must not be a number alone'],
    ['41303dd7-8171-4e46-af58-7bf5ab5f44cd', 'must not look like a UUID'],
  ])('the domain %j is rejected before virsh sees it', async (bad, description) => {
    const violation = { field: 'domain', description };
    const error = {
      code: status.INVALID_ARGUMENT,
      reason: 'INVALID_REQUEST',
      violations: [expect.objectContaining(violation)],
    };

    for (const call of allCalls(bad)) await expect(call()).rejects.toMatchObject(error);
    expect(virsh.calls()).toEqual([]);
  });

  it('a domain that is none of its machines is refused before virsh sees it', async () => {
    const error = {
      code: status.PERMISSION_DENIED,
      reason: 'DOMAIN_NOT_CONFIGURED',
      metadata: { domain: 'of-somebody-else' },
    };

    for (const call of allCalls('of-somebody-else')) {
      await expect(call()).rejects.toMatchObject(error);
    }
    expect(virsh.calls()).toEqual([]);
  });

  it('the error of a bad request names every field that can not be used', async () => {
    await expect(deleteSnapshot('')).rejects.toMatchObject({
      violations: [expect.objectContaining({ field: 'snapshot', description: 'is required' })],
    });
    const both = { domain: '', snapshot: 'a b' };
    await expect(client.revertSnapshot(both, options)).rejects.toMatchObject({
      violations: [{ field: 'domain' }, { field: 'snapshot' }],
    });
  });

  it('the error says what to do when libvirt is away, and when to retry', async () => {
    virsh.breakWith(
      "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/x': No such file or directory\n",
    );

    await expect(revertSnapshot()).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      reason: 'LIBVIRT_UNAVAILABLE',
      retryDelayMs: 1000,
      message: expect.stringContaining('Start libvirtd'),
    });
  });

  it('one change at a time is made to a domain, while reads go on', async () => {
    const { revert } = await holdARevert();

    const second = startDomain();
    const described = await getDomain();
    expect(described.domain?.state).toBe(DomainState.SHUT_OFF);

    await virsh.release();
    await revert;
    await expect(second).resolves.toMatchObject({ method: StartMethod.RUNNING });
  });

  it('a call that is given up while it waits changes nothing', async () => {
    const { revert } = await holdARevert();
    const controller = new AbortController();
    const second = client.deleteSnapshot(
      { domain, snapshot: '1' },
      { ...options, signal: controller.signal },
    );
    // A read comes behind on the same connection: once it is answered, the service knows what came before it.
    await getDomain();

    controller.abort();
    await expect(second).rejects.toMatchObject({ code: status.CANCELLED });
    await getDomain();
    await virsh.release();
    await revert;

    await startDomain();
    expect(virsh.calls().filter((call) => call.startsWith('snapshot-delete'))).toEqual([]);
  });

  it('a revert whose client has gone away goes on: half a revert would be a broken machine', async () => {
    const controller = new AbortController();
    const { revert } = await holdARevert(controller.signal);

    controller.abort();
    await expect(revert).rejects.toMatchObject({ code: status.CANCELLED });
    await virsh.release();

    // It runs because of the revert: a start of its own would go through the snapshot once more.
    await expect(startDomain()).resolves.toMatchObject({ method: StartMethod.RUNNING });
  });

  // The last one, because it ends the service. By default execa would end it first, without a stop.
  it('the Snapshot service ends with 0 at SIGTERM, after its current revert', async () => {
    const { revert } = await holdARevert();

    service.terminate();
    await service.logged('stopping');
    await virsh.release();

    await expect(revert).resolves.toMatchObject({ method: RevertMethod.RESTART });
    await expect(service.exitCode()).resolves.toBe(0);
  });

  /** A revert that stands inside virsh until it is released. In an object, because `await` would wait for its end. */
  async function holdARevert(signal?: AbortSignal) {
    await createSnapshot();
    virsh.setState('shut off');
    virsh.holdReverts();
    const revert = revertSnapshot(signal);
    await virsh.heldRevert();
    return { revert };
  }

  function allCalls(name: string): (() => Promise<unknown>)[] {
    const target = { domain: name, snapshot: '1' };
    return [
      () => client.createSnapshot({ ...target, replace: false }, options),
      () => client.listSnapshots(target, options),
      () => client.revertSnapshot(target, options),
      () => client.deleteSnapshot(target, options),
      () => client.getDomain(target, options),
      () => client.getProcessorTime(target, options),
      () => client.startDomain(target, options),
    ];
  }

  function createSnapshot({ replace } = { replace: false }) {
    const request = { domain, snapshot: '', replace };
    return client.createSnapshot(request, options);
  }

  function revertSnapshot(signal?: AbortSignal) {
    return client.revertSnapshot(
      { domain, snapshot: '' },
      signal === undefined ? options : { ...options, signal },
    );
  }

  function getDomain() {
    return client.getDomain({ domain }, options);
  }

  function deleteSnapshot(snapshot: string) {
    return client.deleteSnapshot({ domain, snapshot }, options);
  }

  function startDomain() {
    return client.startDomain({ domain, snapshot: '' }, options);
  }
});
