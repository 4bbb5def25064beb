import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import {
  describeIfAsked,
  programCommand,
  runProgram,
  UsageError,
} from '../../../services/cli/program.js';
import { ConfigError } from '../../../services/lib/config/settings.js';
import { UserError } from '../../../services/lib/process/user-error.js';
import { version } from '../../../services/lib/process/version.js';

describe('a program of the command line', () => {
  const { exitCode } = process;
  let stdout: MockInstance;
  let stderr: MockInstance;

  beforeEach(() => {
    stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  });

  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = exitCode;
  });

  it.each([
    ['wrong usage', new UsageError('--file needs a value'), 2],
    ['a variable that can not be used', new ConfigError('PBOTVM_SERVER is wrong.'), 2],
    ['another error of the user', new UserError('There is no machine "x".'), 1],
  ])(
    'a program of the command line prints %s as a sentence after its name, with the exit code for it',
    async (_, error: Error, code) => {
      await runProgram('vm-client', () => Promise.reject(error));
      expect(stderr).toHaveBeenCalledExactlyOnceWith(`vm-client: ${error.message}\n`);
      expect(process.exitCode).toBe(code);
    },
  );

  it('a program of the command line ends without a word when whoever read its output is gone', async () => {
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
    await runProgram('pbot-vm', () => Promise.resolve());
    process.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    expect(exit).toHaveBeenCalledExactlyOnceWith();
    expect(stderr).not.toHaveBeenCalled();
  });

  it('a program of the command line may have an exit code of its own for failures', async () => {
    await runProgram('vm-exec', () => Promise.reject(new UserError('No guest.')), { failure: 125 });
    expect(process.exitCode).toBe(125);
  });

  it('a program of the command line does not hide an error of its own', async () => {
    const bug = new TypeError('x is not a function');
    await expect(runProgram('vm-exec', () => Promise.reject(bug))).rejects.toBe(bug);
  });

  it.each([[['--frobnicate']], [['now']]])(
    'a program of the command line ends with 2 for the arguments %j',
    async (argv) => {
      const command = programCommand('vm-server');
      await runProgram('vm-server', async () => void command.parse(argv, { from: 'user' }));
      expect(stderr).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^vm-server: /));
      expect(process.exitCode).toBe(2);
    },
  );

  it('a program of the command line prints its help where that is its only argument', async () => {
    await runProgram('vm-exec', async () => describeIfAsked(programCommand('vm-exec'), ['--help']));
    expect(stdout).toHaveBeenCalledWith(expect.stringMatching(/^Usage: vm-exec/));
    expect(process.exitCode).toBe(0);
  });

  it('a program of the command line prints its version where that is asked for alone', async () => {
    await runProgram('vm-exec', async () =>
      describeIfAsked(programCommand('vm-exec'), ['--version']),
    );
    expect(stdout).toHaveBeenCalledExactlyOnceWith(`vm-exec ${version}\n`);
    expect(process.exitCode).toBe(0);
  });

  it('a program of the command line leaves a --help beside other arguments to PBot', async () => {
    await runProgram('vm-exec', async () =>
      describeIfAsked(programCommand('vm-exec'), ['-lang=sh', 'ls', '--help']),
    );
    expect(stdout).not.toHaveBeenCalled();
  });
});
