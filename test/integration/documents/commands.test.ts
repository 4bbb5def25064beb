// The commands of the documents that need no machine, against services with the guest server on this host.

import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, fits, unexplainedBlocks, Workplace } from '../../documents/examples.js';
import { TestSystem } from '../../support/system.js';

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create();
  await system.startAll();
});

afterAll(() => system.stop());

describe.each(examplesOf('sh run'))('$page', ({ examples }) => {
  let workplace: Workplace;

  beforeAll(async () => {
    workplace = await Workplace.create(dirname(system.programs.vmExec), {
      PBOTVM_SERVER: String(system.ports.executor),
      PBOTVM_WATCHDOG: String(system.ports.watchdog),
      PBOTVM_SNAPSHOT: String(system.ports.snapshot),
    });
  });

  afterAll(async () => {
    await workplace.remove();
    // A page may have reverted the machine.
    await system.serving();
  });

  it.each(examples)('the commands at $name print what the document says', async (example) => {
    const { stdout, stderr, exitCode } = await workplace.run(example);
    if (!fits(stdout, example.expected)) expect(stdout, stderr).toBe(example.expected);
    expect(exitCode, stderr).toBe(0);
  });
});

it('every block of code in the documents says how it is tested', () => {
  expect(unexplainedBlocks()).toEqual([]);
});

describe('the output that a document promises', () => {
  it('an output that a document promises is the whole output', () => {
    expect(fits('one\ntwo\n', 'one\n')).toBe(false);
    expect(fits('one\n', 'one\n')).toBe(true);
  });

  it('the output that a document promises may leave out text with three dots', () => {
    expect(fits('id: 17\nname: x\n', 'id: ...\nname: x\n')).toBe(true);
    expect(fits('name: x\n', 'id: ...\nname: x\n')).toBe(false);
  });

  it('the output that a document promises may leave out lines with a line of three dots', () => {
    expect(fits('{\n  a\n  b\n}\n', '{\n  ...\n}\n')).toBe(true);
    expect(fits('{\n  a\n', '{\n  ...\n}\n')).toBe(false);
  });
});
