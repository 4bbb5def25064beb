// Output and input of a run, and the credit of both.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  inputWindowBytes,
  maxPieceBytes,
  outputWindowBytes,
} from '../../../../guest/protocol/frame.js';
import { hostPieceBytes } from '../../../../guest/protocol/pieces.js';
import type { ExecutionEvent } from '../../../../services/executor/execution/result.js';
import type { FakeMachine } from '../fake-machine.js';
import { execution, frames, RUN, resultOf, runToEnd, settled, start } from './run-scene.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('output of a run', () => {
  const credited = (machine: FakeMachine) =>
    machine.sentOf('credit').reduce((sum, { bytes }) => sum + bytes, 0);

  it('output of a run earns new credit only when the client has taken it', async () => {
    const taken: (() => void)[] = [];
    const { machine } = start({
      program: { maxOutputBytes: 64 * 1024 * 1024 },
      sink: (event) =>
        event.kind === 'output'
          ? new Promise((resolve) => {
              taken.push(resolve);
            })
          : Promise.resolve(),
    });
    machine.say(frames.started(RUN));
    const pieces = outputWindowBytes / maxPieceBytes;
    for (let i = 0; i < pieces; i += 1) machine.say(frames.output(Buffer.alloc(maxPieceBytes)));
    await settled();
    expect(credited(machine)).toBe(0);
    for (let i = 0; i < pieces; i += 1) {
      expect(taken).toHaveLength(i + 1);
      taken[i]?.();
      await settled();
      expect(credited(machine)).toBeLessThanOrEqual((i + 1) * maxPieceBytes);
    }
    expect(credited(machine)).toBe(outputWindowBytes);
  });

  it('output of a run in small pieces never leaves a program without credit whose client takes all', async () => {
    const { machine } = start({ program: { maxOutputBytes: 64 * 1024 * 1024 } });
    machine.say(frames.started(RUN));
    const size = 1000;
    for (let sent = size; sent < 3 * outputWindowBytes; sent += size) {
      expect(sent - credited(machine)).toBeLessThanOrEqual(outputWindowBytes);
      machine.say(frames.output(Buffer.alloc(size)));
      await settled();
    }
  });

  it('output of a run reaches the client before the result does, however slow the client is', async () => {
    let take: () => void = () => undefined;
    const { machine, events, end, isVacated } = start({
      sink: (event) =>
        event.kind === 'output'
          ? new Promise((resolve) => {
              take = resolve;
            })
          : Promise.resolve(),
    });
    machine.say(frames.started(RUN));
    machine.say(frames.output('abc'));
    runToEnd(machine);
    await settled();
    expect(end()).toBeUndefined();
    expect(events.at(-1)?.kind).toBe('output');
    // The client is slow, not the machine: that has a free place already.
    expect(isVacated()).toBe(true);
    take();
    await settled();
    expect(end()?.kind).toBe('result');
    expect(events.at(-1)?.kind).toBe('finished');
  });

  it.each<[string, (event: ExecutionEvent) => Promise<void>]>([
    ['rejects', () => Promise.reject(new Error('the client has gone away'))],
    [
      'throws',
      () => {
        throw new Error('the client has gone away');
      },
    ],
  ])(
    'output of a run to a client that %s does not delay the result, nor the credit',
    async (_how, sink) => {
      const { machine, run } = start({ program: { maxOutputBytes: outputWindowBytes }, sink });
      machine.say(frames.started(RUN));
      for (let sent = 0; sent < outputWindowBytes; sent += maxPieceBytes) {
        machine.say(frames.output(Buffer.alloc(maxPieceBytes)));
      }
      await settled();
      expect(credited(machine)).toBe(outputWindowBytes);
      runToEnd(machine);
      expect(resultOf(await run.ended).run?.stdout.totalBytes).toBe(outputWindowBytes);
    },
  );
});

const nothing = new Uint8Array(0);

describe('input of a run', () => {
  const inputBytes = (machine: FakeMachine) =>
    machine.payloadsOf('input').reduce((sum, { length }) => sum + length, 0);

  it('input of a run comes first from the request, then from the client, then ends', async () => {
    const { machine, run } = start({ program: { stdin: Buffer.from('one ') } });
    await run.writeInput(Buffer.from('two'));
    run.endInput();
    await settled();
    expect(machine.sentOf('input')).toEqual([
      { execution, end: false },
      { execution, end: false },
      { execution, end: true },
    ]);
    expect(machine.payloadsOf('input').map((each) => Buffer.from(each).toString())).toEqual([
      'one ',
      'two',
      '',
    ]);
  });

  it('input of a run and code share the credit', async () => {
    const { machine } = start({
      program: { code: new Uint8Array(2 * inputWindowBytes), stdin: Buffer.from('input') },
    });
    await settled();
    expect(machine.payloadsOf('source').length).toBe(inputWindowBytes / hostPieceBytes);
    expect(machine.sentOf('input')).toEqual([]);
    machine.say(frames.credit(inputWindowBytes));
    await settled();
    expect(machine.payloadsOf('source').length).toBe((2 * inputWindowBytes) / hostPieceBytes);
    expect(machine.sentOf('input')).toEqual([]);
    machine.say(frames.credit(inputWindowBytes));
    await settled();
    expect(inputBytes(machine)).toBe(5);
  });

  it('input of a run is sent in pieces, as far as the guest has given credit', async () => {
    const size = inputWindowBytes + hostPieceBytes + 1;
    const { machine, run } = start({ program: { code: nothing } });
    let isWritten = false;
    void run.writeInput(new Uint8Array(size)).then(() => {
      isWritten = true;
    });
    await settled();
    expect(inputBytes(machine)).toBe(inputWindowBytes);
    machine.say(frames.credit(hostPieceBytes - 1));
    await settled();
    expect(inputBytes(machine)).toBe(inputWindowBytes);
    machine.say(frames.credit(1));
    await settled();
    expect(inputBytes(machine)).toBe(inputWindowBytes + hostPieceBytes);
    expect(isWritten).toBe(false);
    machine.say(frames.credit(1));
    await settled();
    expect(inputBytes(machine)).toBe(size);
    expect(isWritten).toBe(true);
    for (const { length } of machine.payloadsOf('input')) {
      expect(length).toBeLessThanOrEqual(hostPieceBytes);
    }
  });

  it('input of a run ends after what waits for credit, not before', async () => {
    const { machine, run } = start({ program: { code: nothing } });
    void run.writeInput(new Uint8Array(inputWindowBytes + 1));
    run.endInput();
    await settled();
    expect(machine.sentOf('input').some(({ end }) => end)).toBe(false);
    machine.say(frames.credit(1));
    await settled();
    expect(machine.sentOf('input').at(-1)).toMatchObject({ end: true });
    expect(inputBytes(machine)).toBe(inputWindowBytes + 1);
  });

  it('input of a run is not sent any more after the end, and nobody waits for it', async () => {
    const { machine, run } = start({ program: { code: nothing } });
    const written = run.writeInput(new Uint8Array(2 * inputWindowBytes));
    await settled();
    machine.say(frames.started(RUN));
    runToEnd(machine);
    await expect(written).resolves.toBeUndefined();
    await run.writeInput(Buffer.from('late'));
    run.endInput();
    await settled();
    expect(inputBytes(machine)).toBe(inputWindowBytes);
    expect(machine.sentOf('input').some(({ end }) => end)).toBe(false);
  });
});
