import { describe, expect, it } from 'vitest';
import { type GroupFacts, judgeGroup } from '../../../../../deploy/host/doctor/group.js';

const outsider: GroupFacts = {
  isRoot: false,
  uri: 'qemu:///system',
  sessionGroups: ['user', 'sudo'],
  databaseGroups: ['user', 'sudo'],
  isLibvirtReached: false,
  family: 'debian',
};

describe('the check of the group libvirt', () => {
  it('the check of the group libvirt fails for a user outside of it, and says how to join', () => {
    expect(judgeGroup(outsider)).toMatchObject({
      level: 'failed',
      fix: 'Run "sudo adduser $USER libvirt", then log out and in again.',
    });
  });

  it('the check of the group libvirt is content with a user in it', () => {
    expect(judgeGroup({ ...outsider, sessionGroups: ['user', 'libvirt'] }).level).toBe('ok');
  });

  it('the check of the group libvirt asks a user who has just joined for a new login', () => {
    expect(judgeGroup({ ...outsider, databaseGroups: ['user', 'libvirt'] })).toMatchObject({
      level: 'failed',
      fix: 'Log out and in again for the new group to take effect.',
    });
  });

  it('the check of the group libvirt does not matter to root, to a session, nor where libvirt answers all the same', () => {
    expect(judgeGroup({ ...outsider, isRoot: true }).level).toBe('ok');
    expect(judgeGroup({ ...outsider, uri: 'qemu:///session' }).level).toBe('ok');
    expect(judgeGroup({ ...outsider, isLibvirtReached: true }).level).toBe('ok');
  });
});
