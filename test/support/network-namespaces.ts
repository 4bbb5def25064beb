// Network namespaces of this host, joined by virtual cables, for services of a test that are to have hosts of their own.

import { randomBytes } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { execa } from 'execa';
import { CleanupStack } from '../../services/lib/process/cleanup.js';

/** Both ends of a cable have an address of one small network. */
export interface Cable {
  readonly near: string;
  readonly far: string;
}

/** Needs root. */
export class NetworkNamespaces {
  /** Nobody else on this host has names with it. */
  readonly #prefix = `pv${randomBytes(2).toString('hex')}`;
  readonly #cleanup = new CleanupStack();
  #cables = 0;

  /** Makes a namespace that has loopback alone. @returns its name */
  async add(name: string): Promise<string> {
    const namespace = `${this.#prefix}-${name}`;
    await ip('netns', 'add', namespace);
    this.#cleanup.defer(() => ip('netns', 'delete', namespace));
    await ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return namespace;
  }

  /**
   * Lays a cable between two namespaces.
   *
   * @param near `undefined`: that of this process
   */
  async join(near: string | undefined, far: string): Promise<Cable> {
    this.#cables += 1;
    // A network for tests of routers (RFC 2544): hosts have no other use for it.
    const network = `198.19.${Number.parseInt(this.#prefix.slice(2, 4), 16)}`;
    const first = 4 * this.#cables;
    const cable = { near: `${network}.${first + 1}`, far: `${network}.${first + 2}` };
    const [nearEnd, farEnd] = ['n', 'f'].map((end) => `${this.#prefix}${end}${this.#cables}`) as [
      string,
      string,
    ];
    await ip('link', 'add', nearEnd, 'type', 'veth', 'peer', 'name', farEnd, 'netns', far);
    if (near !== undefined) await ip('link', 'set', nearEnd, 'netns', near);
    await plugIn(near, nearEnd, cable.near);
    await plugIn(far, farEnd, cable.far);
    return cable;
  }

  /** Removes the namespaces, and with them all cables. What runs in them must have ended. */
  async remove(): Promise<void> {
    await this.#cleanup.run();
  }
}

async function plugIn(namespace: string | undefined, device: string, address: string) {
  const where = namespace === undefined ? [] : ['-n', namespace];
  await ip(...where, 'address', 'add', `${address}/30`, 'dev', device);
  await ip(...where, 'link', 'set', device, 'up');
}

async function ip(...args: string[]): Promise<void> {
  await execa('ip', args);
}

/** Hands on what comes to an address of this host to a local port: most servers of tests listen on loopback alone. */
export async function relay(address: string, port: number): Promise<() => Promise<void>> {
  const open = new Set<Socket>();
  const server = createServer((one) => {
    const other = connect({ host: '127.0.0.1', port });
    const cut = () => {
      for (const socket of [one, other]) {
        socket.destroy();
        open.delete(socket);
      }
    };
    for (const socket of [one, other]) open.add(socket.on('error', cut).on('close', cut));
    one.pipe(other).pipe(one);
  });
  await new Promise<void>((resolve) => server.listen({ host: address, port }, resolve));
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of open) socket.destroy();
    await closed;
  };
}
