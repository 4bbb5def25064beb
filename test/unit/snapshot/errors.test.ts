import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { toRpcError } from '../../../services/snapshot/errors.js';
import { HypervisorError } from '../../../services/snapshot/hypervisor.js';

const context = { uri: 'qemu:///system', virshUri: '', domain: 'pbot-vm', snapshot: '1' };

describe('an error of the hypervisor', () => {
  it.each([
    ['DOMAIN_NOT_FOUND', status.NOT_FOUND, 'DOMAIN_NOT_FOUND', 'virsh -c qemu:///system list'],
    ['SNAPSHOT_NOT_FOUND', status.NOT_FOUND, 'SNAPSHOT_NOT_FOUND', 'no snapshot "1"'],
    ['SNAPSHOT_EXISTS', status.ALREADY_EXISTS, 'SNAPSHOT_EXISTS', 'replace it'],
    ['DOMAIN_NOT_RUNNING', status.FAILED_PRECONDITION, 'DOMAIN_NOT_RUNNING', 'start it first'],
    ['VIRSH_MISSING', status.FAILED_PRECONDITION, 'VIRSH_MISSING', 'install the libvirt clients'],
    ['LIBVIRT_UNAVAILABLE', status.UNAVAILABLE, 'LIBVIRT_UNAVAILABLE', 'Start libvirtd'],
    ['TIMED_OUT', status.DEADLINE_EXCEEDED, 'TIMED_OUT', 'hangs'],
    ['CANCELLED', status.CANCELLED, 'CANCELLED', 'cancelled'],
    ['FORCE_NEEDED', status.INTERNAL, 'VIRSH_FAILED', 'virsh failed: what it said.'],
    ['OTHER', status.INTERNAL, 'VIRSH_FAILED', 'virsh failed: what it said.'],
  ] as const)('%s reaches the caller with the way out of it', (kind, code, reason, part) => {
    const error = toRpcError(new HypervisorError(kind, 'what it said'), context);

    expect(error).toMatchObject({ code, reason });
    expect(error.message).toContain(part);
    expect(error.metadata).toEqual({ domain: 'pbot-vm', snapshot: '1' });
  });

  it('a call may be retried when libvirt was away', () => {
    const error = toRpcError(new HypervisorError('LIBVIRT_UNAVAILABLE', 'gone'), context);

    expect(error.retryDelayMs).toBe(1000);
  });

  it('the error of a call without a snapshot names no snapshot', () => {
    const error = toRpcError(new HypervisorError('DOMAIN_NOT_FOUND', 'gone'), {
      uri: 'qemu:///system',
      virshUri: '',
      domain: 'pbot-vm',
    });

    expect(error.metadata).toEqual({ domain: 'pbot-vm' });
  });
});

describe('a missing snapshot', () => {
  it('a missing snapshot is explained with the command that makes it, with the connection where virsh needs that', () => {
    const missing = new HypervisorError('SNAPSHOT_NOT_FOUND', 'gone');
    const here = toRpcError(missing, context);
    const elsewhere = toRpcError(missing, { ...context, virshUri: 'qemu:///session' });

    expect(here.message).toBe(
      'Domain "pbot-vm" has no snapshot "1": virsh snapshot-create-as pbot-vm 1',
    );
    expect(elsewhere.message).toBe(
      'Domain "pbot-vm" has no snapshot "1": virsh -c qemu:///session snapshot-create-as pbot-vm 1',
    );
    expect(elsewhere.metadata['libvirt_uri']).toBe('qemu:///session');
  });
});

describe('an error of our own', () => {
  it('an unexpected error does not show its text to the caller', () => {
    const error = toRpcError(new TypeError('x is undefined'), context);

    expect(error).toMatchObject({ code: status.INTERNAL, reason: 'INTERNAL' });
    expect(error.message).not.toContain('undefined');
  });
});
