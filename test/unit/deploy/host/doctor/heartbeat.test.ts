import { describe, expect, it } from 'vitest';
import {
  type Heart,
  heartbeatCheck,
  judgeHeartbeat,
} from '../../../../../deploy/host/doctor/heartbeat.js';
import { judgeLanguages, languagesCheck } from '../../../../../deploy/host/doctor/languages.js';
import { MachineState } from '../../../../../services/gen/pbot/vm/v1/watchdog.js';
import { exampleHost, exampleMachine } from './example-host.js';

const now = new Date('2026-11-22T10:00:05.000Z');
const ready: Heart = {
  name: 'pbot-vm',
  domain: 'pbot-vm',
  state: MachineState.READY,
  stateDetail: 'its heart beats',
  heartbeatTime: new Date('2026-11-22T10:00:02.500Z'),
};

describe('the check of the heartbeat', () => {
  it('the check of the heartbeat shows how long ago the last one was', () => {
    expect(judge({})).toEqual({
      level: 'ok',
      detail: 'the machine is ready, last heartbeat 2.5 s ago',
    });
  });

  it.each([MachineState.UNKNOWN, MachineState.STARTING, MachineState.REVERTING])(
    'the check of the heartbeat warns of a machine on its way (state %s)',
    (state) => {
      expect(judge({ state, heartbeatTime: undefined })).toMatchObject({
        level: 'warning',
        detail: expect.stringContaining('last heartbeat never'),
      });
    },
  );

  it('the check of the heartbeat fails where the machine is offline, and quotes the Watchdog', () => {
    expect(judge({ state: MachineState.OFFLINE, stateDetail: 'the domain is off' })).toMatchObject({
      level: 'failed',
      detail: expect.stringContaining('the domain is off'),
    });
  });

  it('the check of the heartbeat fails where the Watchdog watches another domain', () => {
    expect(judge({ domain: 'other-vm' })).toMatchObject({
      level: 'failed',
      detail: 'the Watchdog does not watch pbot-vm, but other-vm',
    });
  });

  it('the check of the heartbeat is skipped while the Watchdog does not run', async () => {
    const absent = () => Promise.resolve({ kind: 'absent' } as const);
    expect(await heartbeatCheck(exampleMachine(), absent).run()).toMatchObject({
      level: 'skipped',
      fix: 'Start vm-server, or run "pbot-vm up".',
    });
  });
});

describe('the check of the languages', () => {
  it('the check of the languages counts them', () => {
    expect(judgeLanguages(['c11', 'sh'])).toEqual({ level: 'ok', detail: '2 (c11, sh)' });
  });

  it('the check of the languages warns where no machine has reported any', () => {
    expect(judgeLanguages([]).level).toBe('warning');
  });

  it('the check of the languages is skipped while the Executor does not run', async () => {
    const absent = () => Promise.resolve({ kind: 'absent' } as const);
    expect((await languagesCheck(exampleHost(), absent).run()).level).toBe('skipped');
  });
});

function judge(changes: Partial<Heart>) {
  return judgeHeartbeat(exampleMachine(), [{ ...ready, ...changes }], now);
}
