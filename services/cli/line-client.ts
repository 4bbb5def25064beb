// A client of PBot's line protocol: one line there, one text back.

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, socketOptions } from '../lib/config/address.js';

/** An Executor that restarts is back by then. */
const retryForMs = 5000;

const retryDelayMs = 200;

/** One line for whatever somebody wrote: PBot's JSON as it is, else the code in JSON, where line ends have a form. */
export function lineOf(text: string): string {
  return text.trimStart().startsWith('{')
    ? text.replace(/[\r\n]/g, ' ')
    : JSON.stringify({ code: text });
}

/**
 * Sends a line to the first of some servers that takes the connection; for a while, if none does.
 *
 * @returns undefined where none does
 */
export async function askInTurn(
  servers: readonly Address[],
  line: string,
): Promise<string | undefined> {
  const beganMs = performance.now();
  for (;;) {
    for (const server of servers) {
      const answer = await ask(server, line);
      if (answer !== undefined) return answer;
    }
    if (performance.now() - beganMs + retryDelayMs > retryForMs) return undefined;
    await sleep(retryDelayMs);
  }
}

/** @returns undefined where there was no connection, so that nothing can have run */
function ask(server: Address, line: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let isConnected = false;
    const parts: Buffer[] = [];
    const socket = connect(socketOptions(server), () => {
      isConnected = true;
      socket.write(`${line}\n`);
    });
    socket.on('data', (part) => parts.push(part));
    socket.on('error', () => {
      if (isConnected && parts.length === 0) parts.push(Buffer.from(lostText));
    });
    socket.on('close', () => resolve(isConnected ? Buffer.concat(parts).toString() : undefined));
  });
}

const lostText = 'The connection to the Executor was lost.\n';
