// A guest with nothing of pbot-vm but the folder `guest`, and somebody who types at its console after the first boot.

import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyFile, copyFolder, makeBareDisk } from './bare-disk.js';
import { HandMadeMachine } from './hand-made-machine.js';
import { waitFor } from './wait.js';

/** Where the guest has the secret that host and guest share. */
export const guestSecret = '/root/guest/secret';

/** The machine, and what somebody types there. */
export class TypedMachine {
  readonly machine: HandMadeMachine;
  /** The secret, in a file of the host. */
  readonly secretPath: string;

  private constructor(machine: HandMadeMachine) {
    this.machine = machine;
    this.secretPath = join(machine.directory, 'secret');
  }

  /**
   * Makes it. It is off. There is no user vm.
   *
   * @param options.commands lines of a shell script
   * @param options.language a file of an operator's language, which the guest has
   */
  static async create(
    name: string,
    options: { commands: string; language?: string },
  ): Promise<TypedMachine> {
    const machine = await HandMadeMachine.create(name);
    const typed = new TypedMachine(machine);
    const disk = join(machine.directory, 'bare.raw');
    await typed.#makeDisk(disk, options);
    await machine.define({ path: disk, format: 'raw' });
    await machine.addSerials('--virtio');
    return typed;
  }

  /** What the guest has printed between two lines, once it has printed the second. */
  async consoleLines({ from, to }: { from: string; to: string }): Promise<string[]> {
    const text = await waitFor(
      `"${to}" on the console`,
      async () => {
        const log = await this.console();
        return log.includes(to) && log;
      },
      280_000,
    );
    const between = text.slice(text.indexOf(from) + from.length, text.indexOf(to));
    return between.split(/\r?\n/);
  }

  /** All that the guest has printed. */
  async console(): Promise<string> {
    return await readFile(this.machine.consoleLogPath, 'utf8').catch(() => '');
  }

  async #makeDisk(
    disk: string,
    { commands, language }: { commands: string; language?: string },
  ): Promise<void> {
    const units = '/etc/systemd/system';
    const configuration = '/etc/pbot-vm';
    await this.#write('secret', `${secret}\n`, 0o600);
    await makeBareDisk(disk, [
      ...(await copyFolder('dist/guest', '/root/guest')),
      ...(await copyFile(await this.#write('guest-secret', secret), guestSecret)),
      ...(await copyFile(await this.#write('typed', `userdel --remove vm\n${commands}`), typed)),
      ...(await copyFile(await this.#write('typist.service', typist), `${units}/typist.service`)),
      ...(language === undefined
        ? []
        : [
            `mkdir ${configuration}`,
            `mkdir ${configuration}/languages`,
            ...(await copyFile(
              await this.#write('language', language),
              `${configuration}/languages/own.json`,
            )),
          ]),
      `symlink ${units}/multi-user.target.wants/typist.service ../typist.service`,
    ]);
  }

  async #write(name: string, text: string, mode = 0o644): Promise<string> {
    const path = join(this.machine.directory, name);
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  }
}

const secret = '0123456789abcdef0123456789abcdef';

const typed = '/root/typed';

const typist = `[Unit]
Description=Somebody who types at the console after the first boot
ConditionPathExists=!/usr/local/bin/guest-server

[Service]
Type=oneshot
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
ExecStart=/bin/sh ${typed}
`;
