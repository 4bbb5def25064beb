import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { go } from '../../../guest/languages/compiled/go.js';

const script = fileURLToPath(new URL('../../../guest/setup-guest', import.meta.url));
const unit = fileURLToPath(new URL('../../../guest/pbot-vm-guest.service', import.meta.url));
const starter = fileURLToPath(new URL('../../../guest/start-server', import.meta.url));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'setup-guest-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('the command line of setup-guest', () => {
  it('the help of setup-guest names its options and package managers', () => {
    const result = run('--help');
    expect(result.status).toBe(0);
    for (const word of ['--languages', '--no-start', 'apt', 'dnf', 'zypper'])
      expect(result.stdout).toContain(word);
  });

  it('setup-guest prints its name and the version of the files beside it', () => {
    writeFileSync(join(folder, 'version'), '1.2.3\n');
    const result = call(`source_folder=${folder}; main --version`);
    expect(result.stdout).toBe('setup-guest 1.2.3\n');
    expect(result.status).toBe(0);
  });

  it.each([
    [['--nonsense'], '--nonsense'],
    [['c11'], 'c11'],
    [['--languages'], '--languages'],
    [['--languages', ' , '], '--languages'],
    [['--languages', '../../etc/passwd'], '../../etc/passwd'],
    [['--languages=c11', '--what'], '--what'],
  ])('setup-guest refuses the options %j and names %j', (options, named) => {
    const result = run(...options);
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(named);
  });
});

describe('the checks of setup-guest', () => {
  it('setup-guest refuses to run as a user other than root', () => {
    const result = call('id() { echo 1000; }; main');
    expect(result.status).toBe(1);
    expect(result.stderr).toBe('setup-guest: This must run as root, inside the guest.\n');
    expect(result.stdout).toBe('');
  });

  it('setup-guest refuses a system without systemd', () => {
    const result = call(`systemd_mark=${folder}/nowhere; id() { echo 0; }; main`);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('systemd does not run this system');
    expect(result.stdout).toBe('');
    expect(call(`systemd_mark=${folder}; require_systemd`).status).toBe(0);
  });

  it('setup-guest fails when it was copied without the rest of its folder', () => {
    const result = call(`source_folder=${folder}; require_files`);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('scp -r');
  });

  it('setup-guest refuses a language without packages, and names those that have some', () => {
    putPackages({ c11: ['gcc'], lua: ['lua5.4'] });
    const result = call(
      `source_folder=${folder} family=debian wanted=(c11 qbasic); choose_languages`,
    );
    expect(result.status).toBe(2);
    expect(result.stderr).toContain('Language "qbasic" is not known. Known are: c11 lua.');
  });

  it('setup-guest reads "all" as every language that has packages', () => {
    putPackages({ 'c++': ['g++'], c11: ['gcc'] });
    const result = call(
      `source_folder=${folder} family=debian wanted=(all); choose_languages; echo "\${wanted[*]}"`,
    );
    expect(result.stdout).toBe('c++ c11\n');
  });

  it.each([
    ['v12.22.9', 1],
    ['v18.0.0', 0],
    ['v24.1.0', 0],
    ['nonsense', 1],
  ])('the check of Node.js %s ends with exit code %i', (version, status) => {
    const result = call(`node() { echo ${version}; }; require_node_version`);
    expect(result.status).toBe(status);
    if (status !== 0) expect(result.stderr).toContain(version);
  });
});

describe('the steps of setup-guest', () => {
  it('setup-guest asks no package manager for a tool that is there', () => {
    const result = call(
      `family=debian; install_packages() { echo network; }; setup_tool Shell bash bash sh`,
    );
    expect(result.stdout).toBe('Shell: unchanged\n');
  });

  it('setup-guest installs a missing tool and reports it in one line', () => {
    const result = call(
      `family=debian; install_packages() { eval 'no_such_tool() { :; }'; }; setup_tool Tool some-package no_such_tool`,
    );
    expect(result.stdout).toBe('Tool: installing some-package ... done\n');
  });

  it('setup-guest fails when a package does not bring the command', () => {
    const result = call(`family=debian; install_packages() { :; }; setup_tool T p no-such-tool`);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('no-such-tool');
  });

  it('setup-guest installs the server and its launcher again only after a change', () => {
    writeFileSync(join(folder, 'guest-server.cjs'), 'server');
    writeFileSync(join(folder, 'start-server'), '#!/bin/sh');
    writeFileSync(join(folder, 'helper.py'), 'helper');
    const step = `source_folder=${folder} server_folder=${folder}/lib launcher=${folder}/bin/guest-server
      restart_mark=${folder}/mark; setup_server`;
    expect(call(step).stdout).toBe(
      `guest server: installed guest-server.cjs helper.py start-server ${folder}/bin/guest-server\n`,
    );
    expect(statSync(join(folder, 'lib/start-server')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(folder, 'lib/helper.py'), 'utf8')).toBe('helper');
    expect(statSync(join(folder, 'bin/guest-server')).mode & 0o777).toBe(0o755);
    expect(existsSync(join(folder, 'mark'))).toBe(true);

    rmSync(join(folder, 'mark'));
    expect(call(step).stdout).toBe('guest server: unchanged\n');
    expect(existsSync(join(folder, 'mark'))).toBe(false);

    writeFileSync(join(folder, 'guest-server.cjs'), 'newer server');
    expect(call(step).stdout).toBe('guest server: installed guest-server.cjs\n');
    expect(existsSync(join(folder, 'mark'))).toBe(true);
  });

  it('setup-guest warns when the user vm is an administrator', () => {
    const result = call(`id() { [[ $1 == -nG ]] && echo 'vm wheel'; return 0; }; setup_user`);
    expect(result.stdout).toBe('user vm: unchanged\n');
    expect(result.stderr).toContain('gpasswd -d vm wheel');
  });

  it('setup-guest installs the missing packages of each language, and goes on after a failure', () => {
    putPackages({ c11: ['gcc', 'libc6-dev'], go: ['golang-go'], sh: ['dash'] });
    const result = call(`source_folder=${folder} family=debian wanted=(c11 go sh)
      log_file=${folder}/log restart_mark=${folder}/mark
      is_installed() { [[ $1 == gcc || $1 == dash ]]; }
      install_packages() { [[ $1 != golang-go ]]; }
      setup_languages; report_failures`);
    expect(result.stdout).toBe(
      [
        'language c11: installing libc6-dev ... done',
        `language go: installing golang-go ... failed, see ${folder}/log`,
        'language sh: unchanged',
        '',
      ].join('\n'),
    );
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('could not be installed: go.');
  });

  it.each([
    [[], 0, 'systemctl start pbot-vm-guest.service', /^The guest server runs as pbot-vm-guest/m],
    [
      ['--capacity', '1'],
      0,
      'systemd-run --scope --quiet --collect --property=Delegate=yes --property=TasksMax=infinity -- FOLDER/start-server --capacity 1',
      /^$/,
    ],
    [['--help'], 0, 'start-server --help', /^$/],
  ])('guest-server with the arguments %j starts what it should', (words, status, call, output) => {
    const result = callLauncher(words, 0);
    expect(result.status).toBe(status);
    expect(result.asked).toBe(`${call.replace('FOLDER', folder)}\n`);
    expect(result.stdout).toMatch(output);
  });

  it('guest-server shows the end of the log where the service does not start', () => {
    const result = callLauncher([], 1);
    expect(result.status).toBe(1);
    expect(result.stdout).toBe('');
    expect(result.asked).toContain('journalctl --no-pager');
  });

  it('setup-guest fails with the end of the log where the server does not come to serve', () => {
    const result = call(`restart_mark=${folder}/mark log_file=${folder}/log
      systemctl() { return 1; }
      journalctl() { [[ $1 == --sync ]] || echo 'node: bad option'; }
      start_service`);
    expect(result.status).toBe(1);
    expect(result.stdout).toBe('');
    expect(result.stderr).toBe(
      'node: bad option\nsetup-guest: The guest server does not start. The lines above are the end of its log; all of it: ' +
        'journalctl -u pbot-vm-guest.service\n',
    );
  });

  it.each([
    ['keeps a current server', 'active', false, true, 'guest server: unchanged, it runs\n', ''],
    ['restarts an old server', 'active', true, true, 'guest server: restarted\n', 'restart'],
    ['starts a stopped server', 'inactive', false, true, 'guest server: started\n', 'restart'],
    ['starts no server with --no-start', 'inactive', true, false, /--no-start/, ''],
  ])('setup-guest %s', (_, state, changed, start, output, asked) => {
    if (changed) writeFileSync(join(folder, 'mark'), '');
    const result = call(`start=${start} restart_mark=${folder}/mark
      systemctl() { case $1 in is-active) [[ ${state} == active ]] ;; *) echo "$1" >>${folder}/asked ;; esac; }
      start_service`);
    expect(result.status).toBe(0);
    expect(result.stdout).toMatch(output);
    const calls = existsSync(join(folder, 'asked'))
      ? readFileSync(join(folder, 'asked'), 'utf8').trim()
      : '';
    expect(calls).toBe(asked);
  });

  it('setup-guest masks the logins that would take the channels, once', () => {
    const step = `unit_folder=${folder} log_file=${folder}/log
      systemctl() { local u; for u in "\${@:3}"; do ln -s /dev/null "${folder}/$u"; done; }
      setup_terminals`;
    expect(call(step).stdout).toContain(
      'masked serial-getty@ttyS1.service serial-getty@ttyS2.service',
    );
    expect(call(step).stdout).toBe('logins on ttyS1, ttyS2: unchanged\n');
  });

  it('setup-guest compiles the library of Go in the environment of Go programs', () => {
    const result = call('printf "%s\\n" "${go_environment[@]}"');
    expect(Object.fromEntries(result.stdout.trim().split('\n').map(splitAssignment))).toEqual(
      go.environment,
    );
  });
});

describe('the service of the guest server', () => {
  it('the guest server is restarted however often it ends, and manages its own control groups', () => {
    const lines = readFileSync(unit, 'utf8').split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'Type=notify',
        'ExecStart=/usr/local/lib/pbot-vm/start-server',
        'Restart=always',
        'StartLimitIntervalSec=0',
        'Delegate=yes',
        'KillMode=control-group',
        'TasksMax=infinity',
        'OOMScoreAdjust=-900',
        'WantedBy=multi-user.target',
      ]),
    );
  });
});

describe('the start of the guest server', () => {
  const all = [
    '--jitless',
    '--no-expose-wasm',
    '--no-flush-bytecode',
    '--no-lazy-feedback-allocation',
  ];

  it.each([
    ['all flags where Node.js has them', [], all],
    ['no flag that Node.js has not', ['--no-expose-wasm'], all.filter((_, index) => index !== 1)],
    ['no flag at all where Node.js has none', all, []],
  ])('the guest server is started with %s', (_, missing, given) => {
    copyFileSync(starter, join(folder, 'start-server'));
    putCommand('setarch', `echo "$*" >>"${folder}/asked"`);
    putCommand('node', `for w; do case " ${missing.join(' ')} " in *" $w "*) exit 9 ;; esac; done`);
    const result = spawnSync('sh', [join(folder, 'start-server'), '--capacity', '1'], {
      encoding: 'utf8',
      env: { PATH: `${folder}/commands:/usr/bin:/bin` },
    });
    expect(result.status).toBe(0);
    expect(result.stderr).toBe('');
    expect(result.stdout).toBe(
      missing.map((flag) => `guest-server: this Node.js has no ${flag}\n`).join(''),
    );
    expect(readFileSync(join(folder, 'asked'), 'utf8').trim().split(' ')).toEqual([
      '-R',
      'node',
      ...given,
      `${folder}/guest-server.cjs`,
      '--capacity',
      '1',
    ]);
  });
});

function putCommand(name: string, script: string): void {
  mkdirSync(join(folder, 'commands'), { recursive: true });
  writeFileSync(join(folder, 'commands', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Runs the command `guest-server` as a guest has it; each command that it starts writes down how it was called. */
function callLauncher(words: readonly string[], status: number) {
  for (const name of ['systemctl', 'systemd-run', 'journalctl']) {
    putCommand(name, `echo "\${0##*/} $*" >>"${folder}/asked"; exit ${status}`);
  }
  writeFileSync(
    join(folder, 'start-server'),
    `#!/bin/sh\necho "\${0##*/} $*" >>"${folder}/asked"\n`,
    { mode: 0o755 },
  );
  const { stdout: text } = call(`server_folder=${folder}; launcher_text`);
  writeFileSync(join(folder, 'guest-server'), text, { mode: 0o755 });
  const result = spawnSync(join(folder, 'guest-server'), words, {
    encoding: 'utf8',
    env: { PATH: `${folder}/commands:/usr/bin:/bin` },
  });
  return { ...result, asked: readFileSync(join(folder, 'asked'), 'utf8') };
}

function run(...options: string[]) {
  return spawnSync(script, options, { encoding: 'utf8' });
}

/** Runs single steps; commands that would change this system are replaced by functions. */
function call(commands: string) {
  return spawnSync('bash', ['-c', `source "$1"; set --\n${commands}`, 'steps', script], {
    encoding: 'utf8',
  });
}

function putPackages(packages: Readonly<Record<string, readonly string[]>>): void {
  const target = join(folder, 'packages/debian');
  mkdirSync(target, { recursive: true });
  for (const [language, names] of Object.entries(packages))
    writeFileSync(join(target, language), `${names.join('\n')}\n`);
}

function splitAssignment(line: string): [string, string] {
  const separator = line.indexOf('=');
  return [line.slice(0, separator), line.slice(separator + 1)];
}
