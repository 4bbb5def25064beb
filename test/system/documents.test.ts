// The commands of the documents that need a machine, on the real one.

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { examplesOf, fits, Workplace } from '../documents/examples.js';
import { root } from '../documents/markdown.js';
import { Clients } from '../support/clients.js';

const environment = inject('machine');
const clients = new Clients(environment);

let workplace: Workplace;

beforeAll(async () => {
  await clients.ready();
  workplace = await Workplace.create(`${root}/dist`, environment);
});

afterAll(async () => {
  clients.close();
  await workplace.remove();
});

describe.each(examplesOf('sh machine'))('$page', ({ examples }) => {
  it.each(examples)('the commands at $name print what the document says', async (example) => {
    const { stdout, stderr, exitCode } = await workplace.run(example);
    if (!fits(stdout, example.expected)) expect(stdout, stderr).toBe(example.expected);
    expect(exitCode, stderr).toBe(0);
  });
});
