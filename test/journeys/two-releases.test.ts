// Two machines of different Debian releases behind one Executor: a program goes where its version of a language is.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RpcError } from '../../services/lib/rpc/error.js';
import { Clients, textOf } from '../support/clients.js';
import { sendLine } from '../support/line-client.js';
import {
  bringMachineUp,
  bringMachineUpAgain,
  type MachineEnvironment,
  machineEnvironment,
  purgeMachine,
  removeLeftover,
  runProgram,
} from '../support/real-machine.js';

const trixie = 'pbot-vm-test-releases';
const sid = `${trixie}-2`;
const languages = 'sh,bash,python3,perl,c11';

/** Two images are built, and two machines made, on a slow host. */
const upMs = 1_800_000;

let environment: MachineEnvironment;
let clients: Clients;

/** Begins of the versions of Python 3 on each machine, such as `3.13`. */
let pythonOf: Map<string, string>;

beforeAll(async () => {
  for (const name of [trixie, sid]) await removeLeftover(name);
  environment = { ...(await machineEnvironment(trixie)), PBOTVM_TIMEOUT: '60' };
  const flags = ['--machines', '2', '--suite', 'trixie,sid', '--languages', languages];
  await bringMachineUp(environment, flags);
  clients = new Clients(environment);
  for (const name of [trixie, sid]) await clients.ready(undefined, name);
  pythonOf = new Map();
  for (const machine of [trixie, sid]) pythonOf.set(machine, await pythonVersion({ machine }));
}, upMs);

afterAll(async () => {
  clients?.close();
  await purgeMachine(environment);
}, 120_000);

const versionProgram = 'import sys; print("%d.%d" % sys.version_info[:2])';

async function pythonVersion(where: { machine?: string; language?: string }): Promise<string> {
  const { run } = await clients.execute({ language: 'python3', code: versionProgram, ...where });
  return textOf(run?.stdout).trim();
}

describe('machines of two Debian releases', () => {
  test('machines of two Debian releases have different versions of Python, and ListLanguages lists both', async () => {
    expect(pythonOf.get(sid)).not.toBe(pythonOf.get(trixie));
    const { languages: listed } = await clients.executor.listLanguages({}, { timeoutMs: 10_000 });
    const pythons = listed.filter(({ name }) => name === 'python3');
    for (const version of pythonOf.values()) {
      expect(pythons.some((each) => each.version.includes(version))).toBe(true);
    }
    // One that both have in the same version is listed once.
    expect(pythons).toHaveLength(2);
  });

  test.each([trixie, sid])('a program that asks for the Python of %s runs there', async (name) => {
    const language = `python3@${pythonOf.get(name)}`;
    for (let i = 0; i < 3; i += 1) {
      const { machine, run } = await clients.execute({ language, code: versionProgram });
      expect(machine).toBe(name);
      expect(textOf(run?.stdout).trim()).toBe(pythonOf.get(name));
    }
  });

  test('vm-exec and users of PBot ask for a version too', async () => {
    const port = Number(environment['PBOTVM_SERVER']);
    for (const version of pythonOf.values()) {
      const words = [`-lang=python3@${version}`, versionProgram];
      expect(await runProgram('vm-exec', words, environment)).toMatchObject({
        exitCode: 0,
        stdout: `${version}\n`,
      });
      expect(await sendLine(port, words.join(' '))).toBe(`${version}\n`);
    }
  });

  test('a program that asks for no version runs on either machine', async () => {
    const machines = new Set<string>();
    for (let i = 0; i < 4; i += 1) {
      machines.add((await clients.execute({ code: 'echo hello' })).machine);
    }
    expect([...machines].sort()).toEqual([trixie, sid]);
  });

  test('a version that no machine has is rejected, and those that there are are named', async () => {
    const error = (await clients
      .execute({ language: 'python3@2.7', code: 'print 1' })
      .catch((thrown: unknown) => thrown)) as RpcError;
    expect(error.reason).toBe('LANGUAGE_NOT_SUPPORTED');
    for (const version of pythonOf.values()) expect(error.message).toContain(`python3@${version}`);
  });

  test('a program that asks for a version waits while its machine is reverted, and runs nowhere else', async () => {
    const { generation } = await clients.machine(sid);
    const language = `python3@${pythonOf.get(sid)}`;
    const timeLimit = { seconds: 1n, nanos: 0 };
    await clients.execute({ code: 'sleep 60', machine: sid, timeLimit });
    const { machine, run } = await clients.execute({ language, code: versionProgram });
    expect({ machine, printed: textOf(run?.stdout).trim() }).toEqual({
      machine: sid,
      printed: pythonOf.get(sid),
    });
    expect((await clients.machine(sid)).generation).toBe(generation + 1);
  });

  test('a second pbot-vm up keeps both releases, their images and their machines', async () => {
    const before = await clients.machine(trixie);
    await bringMachineUpAgain(environment);
    for (const name of [trixie, sid]) {
      expect(await pythonVersion({ machine: name })).toBe(pythonOf.get(name));
    }
    expect((await clients.machine(trixie)).generation).toBe(before.generation);
  });
});
