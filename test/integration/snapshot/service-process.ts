// Starts the Snapshot service for a test and connects to it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { sharedPrograms } from '../../support/programs.js';

/** The Snapshot service as a process of its own. */
export interface ServiceProcess {
  /** For a gRPC client. */
  readonly target: string;
  /** Resolves when a line with that message has been logged, now or before. */
  logged(message: string): Promise<void>;
  terminate(): void;
  exitCode(): Promise<number | null>;
  /** Terminates it and waits for its end, whatever its state. */
  stop(): Promise<void>;
}

/** Resolves when the service listens. */
export async function startService(environment: NodeJS.ProcessEnv): Promise<ServiceProcess> {
  const port = await unusedPort();
  const child = spawn(process.execPath, [sharedPrograms().snapshot], {
    env: { ...process.env, ...environment, PBOTVM_SNAPSHOT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const messages = new Set<string>();
  const waiting = new Map<string, () => void>();
  createInterface(child.stderr).on('line', (line) => {
    const message = messageOf(line);
    messages.add(message);
    waiting.get(message)?.();
  });
  const logged = (message: string) =>
    new Promise<void>((resolve, reject) => {
      if (messages.has(message)) resolve();
      waiting.set(message, resolve);
      void ended.then(() => {
        reject(new Error(`ended without logging "${message}"`));
      });
    });
  const service: ServiceProcess = {
    target: `127.0.0.1:${port}`,
    logged,
    terminate: () => void child.kill('SIGTERM'),
    exitCode: () => ended,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
  await logged('listening');
  return service;
}

function messageOf(line: string): string {
  try {
    return (JSON.parse(line) as { msg: string }).msg;
  } catch {
    return line;
  }
}

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
