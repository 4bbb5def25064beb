import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxPieceBytes } from '../../../../guest/protocol/frame.js';
import { OutputPump } from '../../../../guest/server/execution/output-pump.js';
import { Stream } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';
import { waitFor } from '../../../support/wait.js';
import { FakeOutput } from '../fake-output.js';
import { FakeSender } from '../fake-sender.js';

/** Lets the streams move on as far as they can. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

function start(creditBytes: number, output = { waits: false }) {
  const sender = new FakeSender();
  const pump = new OutputPump({ execution: 7, sender: sender.asSender(), creditBytes });
  let hasEnded = false;
  const phase = () => {
    const [stdout, stderr] = [new FakeOutput(output), new FakeOutput(output)];
    hasEnded = false;
    const ended = pump.pump({ stdout, stderr }).then(() => {
      hasEnded = true;
    });
    return { stdout, stderr, ended };
  };
  const sentOf = (stream: Stream) =>
    Buffer.concat(
      sender.sent.flatMap(({ body, payload }) =>
        body.$case === 'output' && body.value.stream === stream ? [payload] : [],
      ),
    ).toString('utf8');
  const sentBytes = () => sender.sent.reduce((sum, { payload }) => sum + payload.length, 0);
  return { pump, sender, ...phase(), phase, sentOf, sentBytes, hasEnded: () => hasEnded };
}

describe('the output of a program', () => {
  it('output is sent as it comes, each stream separately, and the end follows', async () => {
    const { sender, stdout, stderr, ended, sentOf } = start(1000);
    stdout.print('out');
    stderr.print('err');
    stdout.print('more');
    stdout.end();
    stderr.end();
    await ended;
    expect(sentOf(Stream.STDOUT)).toBe('outmore');
    expect(sentOf(Stream.STDERR)).toBe('err');
    for (const { body } of sender.sent) expect(body).toMatchObject({ value: { execution: 7 } });
  });

  it('output of a program that ends soon is read at its end', async () => {
    const { pump, stdout, stderr, ended, sentOf } = start(1000, { waits: true });
    stdout.print('out');
    stderr.print('err');
    await settled();
    expect(sentOf(Stream.STDOUT)).toBe('');
    for (const each of [stdout, stderr]) each.end();
    pump.hurry();
    await ended;
    expect(sentOf(Stream.STDOUT)).toBe('out');
    expect(sentOf(Stream.STDERR)).toBe('err');
  });

  it('output of a program that goes on is sent after a moment, and then as it comes', async () => {
    const { stdout, sentOf } = start(1000, { waits: true });
    stdout.print('a');
    await waitFor('the first output', () => sentOf(Stream.STDOUT) === 'a');
    stdout.print('b');
    expect(sentOf(Stream.STDOUT)).toBe('ab');
  });

  it('output that waits for the end of its program is not read when credit comes', async () => {
    const { pump, stdout, sentOf } = start(0, { waits: true });
    stdout.print('out');
    pump.addCredit(10);
    expect(sentOf(Stream.STDOUT)).toBe('');
  });

  it('small chunks of output gather in the pipe for a while until the program has ended', async () => {
    const { pump, stdout, sentOf } = start(1000);
    for (const chunk of ['a', 'b', 'c', 'd']) stdout.print(chunk);
    expect(sentOf(Stream.STDOUT)).toBe('ab');
    pump.hurry();
    expect(sentOf(Stream.STDOUT)).toBe('abcd');
    stdout.print('e');
    stdout.print('f');
    expect(sentOf(Stream.STDOUT)).toBe('abcdef');
  });

  it('output that has gathered is sent all at once', async () => {
    const { sender, stdout, stderr, ended, sentOf } = start(1000);
    for (const chunk of ['a', 'b', 'c', 'd']) stdout.print(chunk);
    stdout.end();
    stderr.end();
    await ended;
    expect(sentOf(Stream.STDOUT)).toBe('abcd');
    expect(sender.sent).toHaveLength(3);
  });

  it('a program without output sends nothing', async () => {
    const { sender, stdout, stderr, ended } = start(0);
    stdout.end();
    stderr.end();
    await ended;
    expect(sender.sent).toEqual([]);
  });

  it('output does not end before both streams have ended', async () => {
    const { stdout, stderr, ended, hasEnded } = start(1000);
    stdout.print('out');
    stdout.end();
    await settled();
    expect(hasEnded()).toBe(false);
    stderr.end();
    await expect(ended).resolves.toBeUndefined();
  });

  it('output is cut into pieces that fit into frames', async () => {
    const { sender, stdout, stderr, ended, sentBytes } = start(1_000_000);
    stdout.print(Buffer.alloc(3 * maxPieceBytes + 1, 'x'));
    stdout.end();
    stderr.end();
    await ended;
    expect(sentBytes()).toBe(3 * maxPieceBytes + 1);
    for (const { payload } of sender.sent) {
      expect(payload.length).toBeLessThanOrEqual(maxPieceBytes);
    }
  });
});

describe('output without credit', () => {
  it('output without credit is held in the pipe of the program', async () => {
    const { pump, stdout, stderr, ended, sentOf, hasEnded } = start(5);
    stdout.print('abcdefgh');
    await settled();
    expect(sentOf(Stream.STDOUT)).toBe('abcde');
    stdout.print('ijk');
    stderr.print('x');
    await settled();
    expect(stdout.pipeBytes).toBe(3);
    stdout.end();
    stderr.end();
    await settled();
    expect(hasEnded()).toBe(false);
    pump.addCredit(100);
    await ended;
    expect(sentOf(Stream.STDOUT)).toBe('abcdefghijk');
    expect(sentOf(Stream.STDERR)).toBe('x');
  });

  it('output without credit fills no memory: further output stays in the pipe', async () => {
    const { pump, stdout, sentBytes } = start(10);
    const flood = Buffer.alloc(1_000_000, 'x');
    stdout.print(flood);
    await settled();
    expect(sentBytes()).toBe(10);
    const { pipeBytes } = stdout;
    expect(flood.length - pipeBytes).toBeLessThanOrEqual(64 * 1024);
    pump.addCredit(10);
    await settled();
    expect(sentBytes()).toBe(20);
    expect(stdout.pipeBytes).toBe(pipeBytes);
  });

  it('output without credit is dropped when nobody waits for it any more, and the end follows', async () => {
    const { pump, stdout, stderr, ended, sentOf } = start(3);
    stdout.print('abcdef');
    await settled();
    pump.discard();
    stdout.print('ghi');
    stdout.end();
    stderr.print('x');
    stderr.end();
    await ended;
    expect(sentOf(Stream.STDOUT)).toBe('abc');
    expect(sentOf(Stream.STDERR)).toBe('');
  });

  it('output is sent as far as there is credit before the rest is dropped', async () => {
    const { pump, sender, stdout, stderr, ended, sentOf } = start(1000);
    sender.isCongested = true;
    stdout.print('abc');
    await settled();
    sender.isCongested = false;
    pump.discard();
    stdout.end();
    stderr.end();
    await ended;
    expect(sentOf(Stream.STDOUT)).toBe('abc');
  });
});

describe('output to a slow host', () => {
  it('output waits until a slow host has caught up', async () => {
    const { sender, stdout, stderr, ended, sentOf, hasEnded } = start(1000);
    sender.isCongested = true;
    stdout.print('abc');
    stdout.end();
    stderr.end();
    await settled();
    expect(sender.sent).toEqual([]);
    expect(hasEnded()).toBe(false);
    sender.catchUp();
    await ended;
    expect(sentOf(Stream.STDOUT)).toBe('abc');
  });

  it('output to a host that never catches up is dropped when nobody waits for it any more', async () => {
    const { pump, sender, stdout, stderr, ended } = start(1000);
    sender.isCongested = true;
    stdout.print('abc');
    stdout.end();
    stderr.end();
    await settled();
    pump.discard();
    await ended;
    expect(sender.sent).toEqual([]);
  });
});

describe('the phases of one execution', () => {
  it('the phases of one execution share the credit', async () => {
    const { pump, stdout, stderr, ended, phase, sentOf } = start(5);
    stdout.print('abc');
    stdout.end();
    stderr.end();
    await ended;
    const second = phase();
    second.stdout.print('defg');
    second.stdout.end();
    second.stderr.end();
    await settled();
    expect(sentOf(Stream.STDOUT)).toBe('abcde');
    pump.addCredit(2);
    await second.ended;
    expect(sentOf(Stream.STDOUT)).toBe('abcdefg');
  });
});

describe('output and credit in any order', () => {
  it('output never exceeds the credit, keeps its order, and is complete in the end', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('out' as const), text: fc.string({ maxLength: 20 }) }),
      fc.record({ kind: fc.constant('err' as const), text: fc.string({ maxLength: 20 }) }),
      fc.record({ kind: fc.constant('credit' as const), bytes: fc.nat(30) }),
      fc.record({ kind: fc.constant('slow' as const) }),
      fc.record({ kind: fc.constant('fast' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(20), fc.array(step, { maxLength: 15 }), async (initial, steps) => {
        const { pump, sender, stdout, stderr, ended, sentOf, sentBytes } = start(initial);
        const printed = { out: '', err: '' };
        let credit = initial;
        for (const each of steps) {
          if (each.kind === 'out') {
            stdout.print(each.text);
            printed.out += each.text;
          } else if (each.kind === 'err') {
            stderr.print(each.text);
            printed.err += each.text;
          } else if (each.kind === 'credit') {
            credit += each.bytes;
            pump.addCredit(each.bytes);
          } else if (each.kind === 'slow') sender.isCongested = true;
          else sender.catchUp();
          await new Promise((resolve) => {
            setImmediate(resolve);
          });
          expect(sentBytes()).toBeLessThanOrEqual(credit);
          expect(printed.out.startsWith(sentOf(Stream.STDOUT))).toBe(true);
          expect(printed.err.startsWith(sentOf(Stream.STDERR))).toBe(true);
        }
        stdout.end();
        stderr.end();
        sender.catchUp();
        pump.addCredit(10_000);
        await ended;
        expect(sentOf(Stream.STDOUT)).toBe(printed.out);
        expect(sentOf(Stream.STDERR)).toBe(printed.err);
      }),
    );
  });
});
