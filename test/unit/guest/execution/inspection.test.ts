import { describe, expect, it } from 'vitest';
import {
  lookCommand,
  nextLook,
  programSettings,
  runLimits,
  unexplained,
  withDebugInformation,
} from '../../../../guest/server/execution/inspection.js';
import { noLimits } from '../../../../guest/server/execution/limits.js';
import { Limit } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';

const tools = {
  scripts: '/i',
  headers: '/i/include',
  debugger: '/usr/bin/gdb',
};
const success = {
  outcome: { kind: 'exited', exitCode: 0 },
  limit: Limit.UNSPECIFIED,
  hasCore: false,
  hasEffects: false,
} as const;
const crash = {
  ...success,
  outcome: { kind: 'signalled', signal: 'SIGSEGV' },
  hasCore: true,
} as const;

describe('what is done after a run', () => {
  it('a run that succeeds without effects is repeated under the debugger', () => {
    expect(nextLook(success)).toBe('second run');
    expect(nextLook({ ...success, hasEffects: true })).toBe('nothing');
    expect(nextLook({ ...success, outcome: { kind: 'exited', exitCode: 1 } })).toBe('nothing');
  });

  it('the core file of a crash is read, whatever the program has done before', () => {
    expect(nextLook(crash)).toBe('core');
    expect(nextLook({ ...crash, hasEffects: true })).toBe('core');
  });

  it('a crash without a core file is repeated where it had no effects', () => {
    expect(nextLook({ ...crash, hasCore: false })).toBe('second run');
    expect(nextLook({ ...crash, hasCore: false, hasEffects: true })).toBe('nothing');
  });

  it('a program that was ended from outside is not looked at', () => {
    expect(nextLook({ ...crash, limit: Limit.MEMORY })).toBe('nothing');
    expect(nextLook({ ...success, limit: Limit.WALL_TIME })).toBe('nothing');
    const killed = { kind: 'signalled', signal: 'SIGKILL' } as const;
    expect(nextLook({ ...crash, outcome: killed })).toBe('nothing');
  });

  it('a crash that nobody could look at is still reported', () => {
    expect(unexplained(crash.outcome, 'no core file')).toBe(
      'Program received signal SIGSEGV <no core file>',
    );
    expect(unexplained(success.outcome, 'no core file')).toBe('');
  });
});

describe('what an inspected program is given', () => {
  it('debug information stands before the options of the request', () => {
    const command = ['gcc', '-o', 'program', 'program.c', '-g0'];
    expect(withDebugInformation(command, false)).toEqual(['gcc', '-g', ...command.slice(1)]);
    expect(withDebugInformation(command, true)).toEqual(['gcc', '-g3', ...command.slice(1)]);
  });

  it('the library is loaded where it could be compiled', () => {
    expect(programSettings(tools)).not.toHaveProperty('LD_PRELOAD');
    expect(programSettings({ ...tools, library: '/i/program.so' }).LD_PRELOAD).toBe(
      '/i/program.so',
    );
  });

  it('a core file and a stack of the usual size are allowed, or the stack that was asked for', () => {
    expect(runLimits(noLimits)).toMatchObject({ stackBytes: 8_388_608, coreBytes: 33_554_432 });
    expect(runLimits({ ...noLimits, stackBytes: 5 }).stackBytes).toBe(5);
  });

  it('the script gets its parameters as a dictionary of Python in one word', () => {
    const parameters = {
      mode: 'silent',
      program: '/p',
      arguments: ['a "b"', "'c'\n"],
      library: '',
      core: '',
      signal: '',
      expression: '"\\\0" x',
      language: 'c',
      report: '/r',
    } as const;
    const command = lookCommand(tools, parameters);
    expect(command[0]).toBe('/usr/bin/gdb');
    const call = command.at(-1) ?? '';
    expect(JSON.parse(/main\((.*)\)$/.exec(call)?.[1] ?? '')).toEqual(parameters);
    expect(call).not.toContain('\n');
  });
});
