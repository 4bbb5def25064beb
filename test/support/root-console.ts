// A root shell on a machine's console, for faults that no program of a user can cause.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { waitFor } from './wait.js';

/**
 * The definition of a machine with a shell of root on its console, which QEMU offers on a TCP port. The image has no
 * logins, and its systemd no debug shell: the shell is started before systemd, beside it. It belongs to no unit.
 */
export function withRootConsole(domainXml: string, port: number): string {
  const script = 'setsid sh </dev/ttyS0 >/dev/ttyS0 2>&1 & exec /sbin/init';
  const init = `init=/bin/sh -- -c "${script}"`.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const console =
    '<serial type="tcp">' +
    `<source mode="bind" host="127.0.0.1" service="${port}"/><protocol type="raw"/>` +
    '<target type="isa-serial" port="0"/></serial>';
  return domainXml
    .replace('</cmdline>', () => ` ${init}</cmdline>`)
    .replace(/<serial type="file">[^]*?<\/serial>/, () => console);
}

/** A shell of root in a guest. It takes one client at a time, and lives through reverts that keep QEMU's process. */
export class RootConsole {
  readonly #socket: Socket;
  #received = '';
  #lines = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
    });
    socket.on('error', () => socket.destroy());
  }

  /** @param port where the console of a machine that runs is offered */
  static async connect(port: number): Promise<RootConsole> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    const console = new RootConsole(socket);
    // What a person at a terminal likes is in the way here.
    await console.run("stty -echo; PS1=''");
    return console;
  }

  /** @returns what the line has printed, and perhaps a message of the kernel in between */
  async run(line: string, timeoutMs?: number): Promise<string> {
    this.#lines += 1;
    const marker = `end-of-line-${this.#lines}`;
    const from = this.#received.length;
    // The quotes keep an echo of the line from being taken for its end.
    this.start(`${line}\necho 'end-of'-line-${this.#lines}`);
    const isOver = () => this.#received.slice(from).includes(marker);
    await waitFor(`the end of "${line}" on the console`, isOver, timeoutMs);
    const text = this.#received.slice(from);
    return text.slice(0, text.indexOf(marker)).replaceAll('\r', '');
  }

  /** Does not wait for its end, which may be that of the guest. */
  start(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  close(): void {
    this.#socket.destroy();
  }
}
