// An unprivileged user of this host for one test.

import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitFor } from './wait.js';

/** An ordinary user of this host, without any group, made by root for a test. */
export class TemporaryUser {
  readonly name: string;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly #uid: number;

  private constructor(user: { name: string; home: string; uid: number }) {
    this.name = user.name;
    this.home = user.home;
    this.#uid = user.uid;
    this.environment = {
      PATH: process.env['PATH'],
      HOME: user.home,
      USER: user.name,
      LOGNAME: user.name,
      XDG_RUNTIME_DIR: join(user.home, 'run'),
    };
  }

  static async create(): Promise<TemporaryUser> {
    const name = `pbot-vm-test-${randomBytes(3).toString('hex')}`;
    const directory = await mkdtemp('/var/tmp/pbot-vm-test-user-');
    await chmod(directory, 0o755);
    const home = join(directory, 'home');
    await execa('useradd', ['--create-home', '--home-dir', home, '--shell', '/bin/sh', name]);
    const user = new TemporaryUser({ name, home, uid: (await stat(home)).uid });
    await user.run('mkdir', ['-m', '0700', join(home, 'run')]);
    return user;
  }

  /** Runs a program as this user, in its home and with nothing of our environment. */
  async run(program: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
    const identity = [`--reuid=${this.name}`, `--regid=${this.name}`, '--init-groups'];
    return await execa('setpriv', [...identity, program, ...args], {
      env: { ...this.environment, ...variables },
      extendEnv: false,
      cwd: this.home,
      stdin: 'ignore',
    });
  }

  /** Copies a folder into the home, for this user to own. */
  async copy(from: string, to: string): Promise<void> {
    const target = join(this.home, to);
    await execa('cp', ['--recursive', '--preserve=mode', from, target]);
    await execa('chown', ['--recursive', `${this.name}:`, target]);
  }

  /** Command lines of all that runs as this user, by process id. */
  async processes(): Promise<Map<number, string>> {
    const found = new Map<number, string>();
    for (const entry of await readdir('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const owner = await stat(`/proc/${entry}`).catch(() => undefined);
      if (owner?.uid !== this.#uid) continue;
      const commandLine = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
      // A zombie has no command line, and waits for its parent alone.
      if (commandLine !== '') found.set(Number(entry), commandLine.replaceAll('\0', ' ').trim());
    }
    return found;
  }

  /** Ends all that runs as this user, and leaves nothing of it on the host. */
  async remove(): Promise<void> {
    await waitFor(`the end of the processes of ${this.name}`, async () => {
      const pids = [...(await this.processes()).keys()];
      for (const pid of pids) kill(pid);
      return pids.length === 0;
    });
    await execa('userdel', [this.name]);
    await rm(join(this.home, '..'), { recursive: true, force: true });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
