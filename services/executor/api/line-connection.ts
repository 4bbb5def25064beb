// One connection of PBot's line protocol: a request in one line, its answer as text.

import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import type { Log } from '../../lib/process/log.js';
import type { Connection } from '../../lib/rpc/connections/connections.js';
import { FairReading } from '../../lib/rpc/connections/fair-reading.js';
import type { BudgetShare, MemoryBudget } from '../../lib/rpc/connections/memory-budget.js';
import { endings } from '../../lib/rpc/connections/turns.js';
import { cutOffSoon } from '../../lib/rpc/linger.js';
import { clientEndpoint } from '../../lib/rpc/proxy-protocol/clients.js';
import { trim } from '../../pbot/white-space.js';
import { foreignAnswer } from './foreign-protocols.js';
import type { LineSender } from './pbot-door.js';
import { UnfinishedLine } from './unfinished-line.js';

/** Silence after which a client that has sent no whole line is cut off, as PBot's own server did. */
const idleTimeoutMs = 5000;

/** A whole line must have arrived after this time, however steadily it comes. */
const lineTimeoutMs = 60_000;

/** A client that takes nothing of its answer for so long is cut off. */
const unreadTimeoutMs = 60_000;

const newline = 0x0a;

export interface LineServerOptions {
  /** The text for a line, without a line end behind it. */
  readonly answer: (line: string, sender: LineSender) => Promise<string>;
  /** Longest line, in bytes. */
  readonly maxLineBytes: number;
  /** What the beginnings of all lines take. Whoever has most is disconnected beyond it. */
  readonly unfinishedLines: MemoryBudget;
  readonly log: Log;
}

/** Serves one connection that speaks PBot's protocol: a line in, a text out, closed. */
export function serveLines(connection: Connection, options: LineServerOptions): void {
  const { socket } = connection;
  const endpoint = clientEndpoint(socket);
  const gone = new AbortController();
  socket.on('error', (error) => options.log.debug({ err: error }, 'a line client has failed'));
  socket.on('close', () => gone.abort());
  socket.setTimeout(idleTimeoutMs, () => socket.destroy());
  const lateness = setTimeout(() => socket.destroy(), lineTimeoutMs);
  const share = options.unfinishedLines.open(() => {
    options.log.debug({ peer: endpoint?.address }, 'a line was cut off: all lines are too long');
    socket.destroy();
  });
  readLine(socket, { maxBytes: options.maxLineBytes, share })
    .finally(() => {
      clearTimeout(lateness);
      share.close();
    })
    .then(async (line) => {
      socket.once('close', connection.begin());
      socket.setTimeout(0);
      // A client that has closed its side only has said all it wants to say.
      socket.resume();
      const name = `${endpoint?.address}:${endpoint?.port}`;
      const whom = { client: { name, isKnown: false }, signal: gone.signal };
      const text = line === undefined ? '' : await answer(line, options, whom);
      endWith(socket, text);
    })
    .catch((error: unknown) => {
      options.log.error({ err: error }, 'a line client could not be served');
      socket.destroy();
    });
}

/** Tells a client of lines that nobody serves it here, whatever it says. */
export function refuseLines(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.resume();
  endWith(socket, notServedHere);
}

const notServedHere =
  "PBot's lines are served to programs of the host itself only: use vm-client, or gRPC with TLS.\n";

function endWith(socket: Socket, text: string): void {
  socket.setTimeout(unreadTimeoutMs, () => socket.destroy());
  socket.end(text, () => cutOffSoon(socket));
}

type Line = string | { readonly fault: 'too long' | 'not UTF-8' };

/** `undefined` where it is blank. */
function lineOf(bytes: Buffer, maxBytes: number): Line | undefined {
  if (bytes.length > maxBytes) return { fault: 'too long' };
  if (!isUtf8(bytes)) return { fault: 'not UTF-8' };
  const line = bytes.toString('utf8');
  return trim(line) === '' ? undefined : line;
}

/** The first line that is not blank, or what is wrong with it; `undefined` where the client ended without one. */
function readLine(
  socket: Socket,
  { maxBytes, share }: { maxBytes: number; share: BudgetShare },
): Promise<Line | undefined> {
  return new Promise((resolve) => {
    const pending = new UnfinishedLine();
    const settle = (line: Line | undefined) => {
      reading.stop();
      socket.off('end', onEnd);
      socket.off('close', onClose);
      resolve(line);
    };
    const onData = (chunk: Buffer) => {
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        pending.append(chunk.subarray(start, end));
        const line = lineOf(pending.take(), maxBytes);
        if (line !== undefined) {
          settle(line);
          return;
        }
        start = end + 1;
      }
      pending.append(chunk.subarray(start));
      share.set(pending.heldBytes);
      if (pending.bytes > maxBytes) settle({ fault: 'too long' });
    };
    // In turns of their own: many clients may end at once, and each step takes many milliseconds for a long line.
    const onEnd = () =>
      endings.take(() => {
        if (socket.destroyed) return;
        const bytes = pending.take();
        endings.take(() => settle(lineOf(bytes, maxBytes)));
      });
    // Nobody is there to be answered.
    const onClose = () => settle(undefined);
    const reading = new FairReading(socket, onData);
    socket.on('end', onEnd);
    socket.on('close', onClose);
  });
}

async function answer(line: Line, options: LineServerOptions, sender: LineSender): Promise<string> {
  if (typeof line !== 'string') {
    return line.fault === 'too long'
      ? `The line is too long: at most ${options.maxLineBytes} bytes are accepted.\n`
      : 'The line is no valid UTF-8.\n';
  }
  const foreign = foreignAnswer(line);
  if (foreign !== undefined) return foreign;
  const text = await options.answer(line, sender);
  return text === '' ? '' : `${text}\n`;
}
