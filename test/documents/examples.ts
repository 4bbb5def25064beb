// Finds the commands in the documents that can run, runs them, and compares their output with the block that follows.

import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { readDocuments, root } from './markdown.js';

/** What a block may be, by its info string. A block that is none of these is tested by nothing. */
const kinds = {
  text: 'output, or a form',
  'json limits': 'is read as a file of limits',
  'json machines': 'is read as a file of machines',
  'json tokens': 'is read as a file of tokens',
  'json language': 'is read as a language, which the machine of the system tests has',
  mermaid: 'a picture',
  'sh run': 'runs against services on this host',
  'sh machine': 'runs on a real machine',
  'sh root': 'changes the host',
  'sh serves': 'does not end',
  'sh suite': 'is a test command itself',
  'sh pbot': 'needs PBot',
  'sh grpcurl': 'needs grpcurl, which no registry of npm has',
  'sh other-host': 'needs another host or a collector',
  'console host': 'a step on the host of a machine made by hand',
  'console guest': 'a step in a machine made by hand',
  'console installer': 'needs a person at an installer',
};

export interface Example {
  /** Path and line of the block. */
  readonly name: string;
  readonly commands: string;
  /** A line `...` stands for any lines, `...` in a line for any text. */
  readonly expected: string;
}

/** The blocks of one kind, page by page. Those of a page share a directory, in which they run in order. */
export function examplesOf(kind: 'sh run' | 'sh machine'): { page: string; examples: Example[] }[] {
  const pages = [...readDocuments().values()].map(({ path, blocks }) => {
    const examples = blocks.flatMap(({ line, value }, index) => {
      if (value.info !== kind) return [];
      const next = blocks[index + 1]?.value;
      const expected = next?.info === 'text' ? next.text : '';
      return [{ name: `${path}:${line}`, commands: value.text, expected }];
    });
    return { page: path, examples };
  });
  return pages.filter(({ examples }) => examples.length > 0);
}

/** The texts of the blocks with an info string. */
export function blocksOf(info: keyof typeof kinds): string[] {
  return [...readDocuments().values()].flatMap(({ blocks }) =>
    blocks.filter(({ value }) => value.info === info).map(({ value }) => value.text),
  );
}

/** Path, line and info string of each block whose info string says nothing that is known. */
export function unexplainedBlocks(): string[] {
  return [...readDocuments().values()].flatMap(({ path, blocks }) =>
    blocks
      .filter(({ value }) => !Object.hasOwn(kinds, value.info))
      .map(({ line, value }) => `${path}:${line} ${value.info}`),
  );
}

/** Whether the output is what a document promises. */
export function fits(output: string, expected: string): boolean {
  const lines = expected.split('\n').map((line) => {
    if (line.trim() === '...') return '(?:.*\\n)*?';
    return `${line.split('...').map(escapeExpression).join('.*')}\\n`;
  });
  // The text after the last newline is empty, and no line.
  lines.pop();
  return new RegExp(`^${lines.join('')}$`).test(output);
}

function escapeExpression(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A directory of its own, which is the home too, and the programs on the PATH. */
export class Workplace {
  readonly #directory: string;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(directory: string, environment: Readonly<Record<string, string>>) {
    this.#directory = directory;
    this.#environment = environment;
  }

  /**
   * @param programs the directory with the bundled programs
   * @param environment `PBOTVM_*` variables, `PBOTVM_SERVER` among them
   */
  static async create(
    programs: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<Workplace> {
    const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-documents-'));
    const commands = join(directory, '.commands');
    await mkdir(commands);
    for (const name of ['pbot-vm', 'vm-exec', 'vm-client']) {
      const command = join(commands, name);
      await writeFile(
        command,
        `#!/bin/sh\nexec '${process.execPath}' '${programs}/${name}.js' "$@"\n`,
      );
      await chmod(command, 0o755);
    }
    // For npx.
    await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PBOTVM_'));
    return new Workplace(directory, {
      ...Object.fromEntries(inherited.map(([name, value]) => [name, value ?? ''])),
      ...environment,
      HOME: directory,
      PATH: `${commands}${delimiter}${process.env['PATH'] ?? ''}`,
    });
  }

  /** Runs the commands of an example; port 9000 is that of the environment. */
  async run({ commands }: Example) {
    const port = this.#environment['PBOTVM_SERVER'] ?? '';
    const script = commands.replaceAll(/(127\.0\.0\.1[:/])9000\b/g, `$1${port}`);
    const { stdout, stderr, exitCode } = await execa('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: this.#directory,
      env: this.#environment,
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      stripFinalNewline: false,
      timeout: 25_000,
    });
    return { stdout, stderr, exitCode };
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}
