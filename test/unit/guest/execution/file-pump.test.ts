import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carryFiles } from '../../../../guest/server/execution/file-pump.js';
import { OutputCredit } from '../../../../guest/server/execution/output-credit.js';
import { FakeOutput } from '../fake-output.js';
import { FakeSender } from '../fake-sender.js';

const execution = 7;

/** As `output_files.py` writes it. */
function written(path: string, content: string | Uint8Array): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16LE(Buffer.byteLength(path), 0);
  head.writeUInt32LE(content.length, 2);
  return Buffer.concat([head, Buffer.from(path), Buffer.from(content as Uint8Array)]);
}

function end(isLeftOut = false): Buffer {
  return Buffer.from([0, 0, isLeftOut ? 1 : 0, 0, 0, 0]);
}

function start(creditBytes: number) {
  const sender = new FakeSender();
  const source = new FakeOutput();
  const credit = new OutputCredit({ sender: sender.asSender(), bytes: creditBytes });
  const carried = carryFiles({ execution, source, sender: sender.asSender(), credit });
  const files = () => {
    const contents = new Map<string, Buffer>();
    for (const { body, payload } of sender.sent) {
      if (body.$case !== 'fileData') throw new Error(`${body.$case} was sent`);
      const { path } = body.value;
      contents.set(path, Buffer.concat([contents.get(path) ?? Buffer.alloc(0), payload]));
    }
    return Object.fromEntries([...contents].map(([path, data]) => [path, data.toString()]));
  };
  return { sender, source, credit, carried, files };
}

describe('the transfer of files', () => {
  it('all files are sent with their paths, empty ones too', async () => {
    const { source, carried, files } = start(100);
    source.print(Buffer.concat([written('a', 'hello'), written('ü/b', ''), end()]));
    source.end();
    expect(await carried).toEqual({ truncated: false });
    expect(files()).toEqual({ a: 'hello', 'ü/b': '' });
  });

  it.each<[string, Buffer, unknown]>([
    ['the files are truncated when the worker says so', end(true), { truncated: true }],
    ['a transfer of files without an end is incomplete', Buffer.alloc(0), undefined],
    [
      'a transfer that ends within a file is incomplete',
      written('b', 'cut').subarray(0, -1),
      undefined,
    ],
    [
      'a transfer that ends within a path is incomplete',
      written('b', '').subarray(0, -1),
      undefined,
    ],
  ])('%s', async (_what, last, ended) => {
    const { source, carried, files } = start(100);
    source.print(Buffer.concat([written('a', 'hello'), last]));
    source.end();
    expect(await carried).toEqual(ended);
    expect(files()).toMatchObject({ a: 'hello' });
  });

  it('files are sent only as far as there is credit', async () => {
    const { source, credit, carried, files } = start(3);
    source.print(Buffer.concat([written('a', 'hello'), end()]));
    source.end();
    expect(files()).toEqual({ a: 'hel' });
    credit.add(1);
    expect(files()).toEqual({ a: 'hell' });
    credit.add(100);
    expect(await carried).toEqual({ truncated: false });
    expect(files()).toEqual({ a: 'hello' });
  });

  it('files wait for a slow host', async () => {
    const { sender, source, carried, files } = start(100);
    sender.isCongested = true;
    source.print(Buffer.concat([written('a', 'hello'), end()]));
    source.end();
    expect(files()).toEqual({});
    sender.catchUp();
    expect(await carried).toEqual({ truncated: false });
    expect(files()).toEqual({ a: 'hello' });
  });

  it('files that nobody waits for any more are dropped', async () => {
    const { source, credit, carried, files } = start(3);
    source.print(written('a', 'hello'));
    credit.discard();
    source.end();
    expect(await carried).toBeUndefined();
    expect(files()).toEqual({ a: 'hel' });
  });

  it('files arrive as they were written, in whatever pieces they come', async () => {
    const contents = fc.array(fc.string({ maxLength: 50 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(contents, fc.integer({ min: 1, max: 20 }), async (each, pieceBytes) => {
        const { source, credit, carried, files } = start(10);
        const named = each.map((content, i) => [`file ${i}`, content] as const);
        const bytes = Buffer.concat([...named.map((file) => written(...asBytes(file))), end()]);
        for (let at = 0; at < bytes.length; at += pieceBytes) {
          source.print(bytes.subarray(at, at + pieceBytes));
          credit.add(7);
        }
        source.end();
        credit.add(1000);
        expect(await carried).toEqual({ truncated: false });
        expect(files()).toEqual(Object.fromEntries(named));
      }),
    );
  });
});

function asBytes([path, content]: readonly [string, string]): [string, Uint8Array] {
  return [path, Buffer.from(content)];
}
