// Fuzz target: a line connection of PBot.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { pino } from 'pino';
import { serveLines } from '../../../services/executor/api/line-connection.js';
import { Connection } from '../../../services/lib/rpc/connections/connections.js';
import { MemoryBudget } from '../../../services/lib/rpc/connections/memory-budget.js';
import { Conversation } from '../../../services/pbot/conversation.js';
import type { ExecutionPort } from '../../../services/pbot/execution-port.js';
import { pastingIsOff } from '../../../services/pbot/paste/paste-port.js';
import { memoryCodes, memoryPersistence } from '../../support/memory-history.js';
import type { Target } from './target.js';

const maxLineBytes = 150;

const telling = fc.constantFrom(
  '{',
  '}',
  '"code"',
  '"lang"',
  ':',
  ',',
  '"',
  "'",
  '\\',
  '\\n',
  '\n',
  '\r\n',
  ' ',
  '-lang=sh ',
  '-vm=x ',
  '-args "a b" ',
  '-stdin ',
  '-info ',
  'GET / HTTP/1.1',
  '[',
  '\0',
  'ü',
  'echo',
);

const bytes = fc.oneof(
  fc.array(telling, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(''))),
  fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each)),
  fc
    .record({ lang: fc.string(), code: fc.string({ unit: 'binary' }), nick: fc.jsonValue() })
    .map((request) => Buffer.from(`${JSON.stringify(request)}\n`)),
  fc.integer({ min: 140, max: 160 }).map((length) => Buffer.from(`${'x'.repeat(length)}\n`)),
);

/** What a line connection needs of a socket. */
class FakeSocket extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 1;
  #answer = '';

  constructor() {
    super({ allowHalfOpen: true });
  }

  get answer(): string {
    return this.#answer;
  }

  setTimeout(): this {
    return this;
  }

  override _read(): void {
    // What the client sends is pushed.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#answer += chunk.toString('utf8');
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    done();
    this.destroy();
  }

  asSocket(): Socket {
    return this as unknown as Socket;
  }
}

const log = pino({ level: 'silent' });

/** Its programs print their own code. */
const echoing: ExecutionPort = {
  listLanguages: () => [{ name: 'sh', aliases: [] }],
  listMachines: () => ['vm'],
  execute: ({ code }) => {
    const captured = (text: string) => {
      const data = Buffer.from(text);
      return { data, totalBytes: data.length, droppedBytes: 0, tail: new Uint8Array(0) };
    };
    const run = { command: [], stdout: captured(code), stderr: captured('') };
    return Promise.resolve({ kind: 'result', result: { run } });
  },
};

async function answerTo(chunks: readonly Uint8Array[]): Promise<string> {
  const socket = new FakeSocket();
  const conversation = new Conversation({
    paste: pastingIsOff,
    defaultInput: () => Promise.resolve(new Uint8Array()),
    revision: '2022',
    maxCodeBytes: 1024 * 1024,
    nowMs: () => 0,
    random: () => 0,
    codes: memoryCodes(),
    persistence: memoryPersistence(),
  });
  serveLines(new Connection(socket.asSocket(), () => 0), {
    answer: (line) => conversation.answer(line, echoing),
    maxLineBytes,
    unfinishedLines: new MemoryBudget(1024 * 1024),
    log,
  });
  const closed = once(socket, 'close');
  for (const chunk of chunks) {
    if (socket.destroyed) break;
    socket.push(Buffer.from(chunk));
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (!socket.destroyed) socket.push(null);
  await closed;
  return socket.answer;
}

export const lines: Target = {
  name: 'lines',
  promise: 'a line client has one answer, the same however its bytes come',
  property: fc.asyncProperty(bytes, fc.array(fc.nat(), { maxLength: 6 }), async (sent, places) => {
    const borders = [0, ...places.map((place) => place % (sent.length + 1)), sent.length];
    borders.sort((a, b) => a - b);
    const chunks = borders.slice(1).map((border, i) => sent.subarray(borders[i], border));
    const answer = await answerTo([sent]);
    assert.equal(await answerTo(chunks.filter(({ length }) => length > 0)), answer);
    assert.ok(answer === '' || answer.endsWith('\n'), 'an answer ends its line');
  }),
};
