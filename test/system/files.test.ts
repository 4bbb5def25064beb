import { createHash, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { Limit } from '../../services/gen/pbot/vm/v1/executor.js';
import { Clients, textOf } from '../support/clients.js';

const clients = new Clients(inject('machine'));

let generation = 0;

beforeEach(async () => {
  ({ generation } = await clients.ready());
});

// Whatever a program leaves: the server lives, and the next program is served by the same machine.
afterEach(async () => {
  const { run } = await clients.execute({ code: 'echo hello' });
  expect(textOf(run?.stdout)).toBe('hello\n');
  expect((await clients.machine()).generation).toBe(generation);
});

afterAll(() => clients.close());

const file = (path: string, content: string | Uint8Array, executable = false) => ({
  path,
  data: Buffer.from(content as Uint8Array),
  executable,
});

const contents = (files: readonly { path: string; data: Uint8Array }[]) =>
  Object.fromEntries(files.map((each) => [each.path, textOf(each)]));

describe('files that a program brings', () => {
  test('files that a program brings are several of C, with their header', async () => {
    const main =
      '#include <stdio.h>\n#include "lib/twice.h"\nint main(void) { printf("%d\\n", twice(21)); return 0; }\n';
    const { compile, run } = await clients.execute({
      language: 'c11',
      files: [
        file('main.c', main),
        file('lib/twice.h', 'int twice(int);\n'),
        file('lib/twice.c', '#include "twice.h"\nint twice(int n) { return 2 * n; }\n'),
      ],
    });
    expect(textOf(compile?.stderr)).toBe('');
    expect(textOf(run?.stdout)).toBe('42\n');
  });

  test('files that a program brings are several of Go, in one package', async () => {
    const { compile, run } = await clients.execute({
      language: 'go',
      files: [
        file('main.go', 'package main\n\nfunc main() { println(twice(21)) }\n'),
        file('twice.go', 'package main\n\nfunc twice(n int) int { return 2 * n }\n'),
      ],
    });
    expect(textOf(compile?.stderr)).toBe('');
    expect(textOf(run?.stderr)).toBe('42\n');
  });

  test('files that a program brings are a module beside the code, which has a name of its own or none', async () => {
    const module = file('lib/words.py', 'greeting = "hello"\n');
    const code = 'from lib.words import greeting\nprint(greeting, __file__.split("/")[-1])\n';
    const named = await clients.execute({
      language: 'python3',
      files: [file('main.py', code), module],
    });
    expect(textOf(named.run?.stderr)).toBe('');
    expect(textOf(named.run?.stdout)).toBe('hello main.py\n');
    const unnamed = await clients.execute({ language: 'python3', code, files: [module] });
    expect(textOf(unnamed.run?.stdout)).toBe('hello program.py\n');
  });

  test('files that a program brings belong to its user, are executed where they may be, and can be written to', async () => {
    const { run } = await clients.execute({
      code: 'bin/tool; bin/data; echo "$?"; echo more >> bin/data; touch bin/new; ls -lR',
      files: [file('bin/tool', '#!/bin/sh\necho tool\n', true), file('bin/data', 'data\n')],
    });
    expect(textOf(run?.stdout)).toMatch(/^tool\n126\n/);
    expect(textOf(run?.stdout)).toMatch(/-rw-r--r-- 1 vm vm 10 .* data\n/);
    expect(textOf(run?.stderr)).toMatch(/^[^\n]*bin\/data: Permission denied\n$/);
  });

  test('files that a program brings are 256, of the largest paths', async () => {
    const files = Array.from({ length: 256 }, (_, i) =>
      file(`dir/${String(i).padStart(58, 'x')}`, ''),
    );
    const { run } = await clients.execute({ code: 'ls dir | wc -l', files });
    expect(textOf(run?.stdout)).toBe('256\n');
  });
});

describe('files that a program leaves', () => {
  test('files that a program leaves come back byte for byte', async () => {
    const bytes = randomBytes(700_000);
    const result = await clients.execute({
      code: 'cat in in > out; sha256sum < out | cut -c1-64',
      files: [file('in', bytes)],
      outputFiles: ['out'],
    });
    const data = result.files[0]?.data ?? Buffer.alloc(0);
    expect(result.files.map(({ path }) => path)).toEqual(['out']);
    expect(`${createHash('sha256').update(data).digest('hex')}\n`).toBe(textOf(result.run?.stdout));
    expect(data.length).toBe(1_400_000);
    expect(result.filesTruncated).toBe(false);
  });

  test('files that a program leaves come back of a compiled program too, which may have crashed', async () => {
    const code =
      '#include <stdio.h>\n#include <stdlib.h>\nint main(void) { FILE *f = fopen("out", "w"); fputs("left", f); fclose(f); abort(); }\n';
    const { run, files } = await clients.execute({
      language: 'c11',
      code,
      outputFiles: ['out'],
    });
    expect(run?.outcome).toEqual({ $case: 'signal', value: 'SIGABRT' });
    expect(contents(files)).toEqual({ out: 'left' });
  });

  test('files that a program leaves are not those that links lead to', async () => {
    const { files, filesTruncated } = await clients.execute({
      code: [
        'ln -s /etc/shadow shadow; ln -s /etc/passwd passwd; ln -s /etc etc; ln -s / root',
        'mkdir dir; ln -s ../.. dir/up; ln -s real inner; echo real > real',
        'mkdir -p /tmp/outside; echo outside > /tmp/outside/file; ln -s /tmp/outside outside',
      ].join('\n'),
      outputFiles: ['*', 'etc/*', 'root/etc/passwd', 'dir/**', 'outside/**', 'dir/up/vm/real'],
    });
    expect(Object.keys(contents(files))).toEqual(['program.sh', 'real']);
    expect(filesTruncated).toBe(false);
  });

  test('files that a program leaves are no pipes, sockets or devices, and nobody waits for one', async () => {
    const { files } = await clients.execute({
      language: 'python3',
      code: 'import os, socket\nos.mkfifo("fifo")\nsocket.socket(socket.AF_UNIX).bind("socket")\n',
      outputFiles: ['*', 'fifo', 'socket'],
    });
    expect(Object.keys(contents(files))).toEqual(['program.py']);
  });

  test('files that a program leaves are left out where they are huge, and the others come', async () => {
    const { files, filesTruncated } = await clients.execute({
      code: 'truncate -s 64M huge; head -c 20000000 /dev/zero > large; echo small > small',
      outputFiles: ['huge', 'large', 'small'],
    });
    expect(contents(files)).toEqual({ small: 'small\n' });
    expect(filesTruncated).toBe(true);
  });

  test('files that a program leaves are 256 of ten thousand', async () => {
    const { files, filesTruncated } = await clients.execute({
      language: 'perl',
      code: 'for my $i (10000 .. 19999) { open(my $f, ">", $i) or die; print $f $i }',
      outputFiles: ['1*', '**/*x*'],
    });
    expect(files).toHaveLength(256);
    expect(files.every(({ path, data }) => textOf({ data }) === path)).toBe(true);
    expect(filesTruncated).toBe(true);
  });

  test('files that a program leaves are found among directories as deep as they go', async () => {
    const { run, files, filesTruncated } = await clients.execute({
      language: 'perl',
      code: 'mkdir "d" and chdir "d" or last for 1 .. 4000; open(my $f, ">", "lost"); chdir $ENV{HOME}; open($f, ">", "found"); print "done"',
      outputFiles: ['**'],
    });
    expect(textOf(run?.stdout)).toBe('done');
    expect(Object.keys(contents(files))).toEqual(['found', 'program.pl']);
    expect(filesTruncated).toBe(true);
  });

  test('files that a program leaves are named by what they are called, however odd, as far as that is text', async () => {
    const { files, filesTruncated } = await clients.execute({
      language: 'python3',
      code: [
        'import os',
        'for name in (b"..a", b"...", b"a\\\\..\\\\b", b"-rf", b"a\\nb", b" ", b"\\xc3\\xbc", b"\\xff", b"*"):',
        '    open(name, "w").close()',
        'os.mkdir(b"..."  b"d")',
        'open("...d/etc", "w").close()',
      ].join('\n'),
      outputFiles: ['**'],
    });
    expect(files.map(({ path }) => path).sort()).toEqual(
      ['..a', '...', 'a\\..\\b', '-rf', 'a\nb', ' ', 'ü', '*', '...d/etc', 'program.py'].sort(),
    );
    expect(filesTruncated).toBe(true);
  });

  test('files that a program leaves come back though its directory was shut', async () => {
    const { files, filesTruncated } = await clients.execute({
      code: 'echo x > a; mkdir shut; echo y > shut/b; chmod 0 shut; echo z > c; chmod 0 c',
      outputFiles: ['**'],
    });
    expect(contents(files)).toMatchObject({ a: 'x\n' });
    expect(files).toHaveLength(2);
    expect(filesTruncated).toBe(true);
  });

  test('files that a program leaves come back where the program has left no room', async () => {
    const { files } = await clients.execute({
      code: 'sleep 100 & sleep 100 & cat /dev/zero > full 2>/dev/null; echo x 2>/dev/null > a; true',
      outputFiles: ['program.sh'],
    });
    expect(files.map(({ path }) => path)).toEqual(['program.sh']);
  });

  test('files that a program leaves are none of a program that was ended for its time', async () => {
    // A time-out is a fault: the machine is reverted.
    const { run, files } = await clients.execute({
      code: 'echo x > a; sleep 60',
      timeLimit: { seconds: 1n, nanos: 0 },
      outputFiles: ['*'],
    });
    expect(run?.limit).toBe(Limit.WALL_TIME);
    expect(files).toEqual([]);
    ({ generation } = await clients.ready(generation));
  });

  test('files that a program leaves are none of a program that has taken all memory', async () => {
    const { run, files, filesTruncated } = await clients.execute({
      language: 'python3',
      code: 'open("a", "w").close()\nx = []\nwhile True: x.append(bytearray(10_000_000))',
      outputFiles: ['*'],
    });
    expect(run?.limit).toBe(Limit.MEMORY);
    expect({ files, filesTruncated }).toEqual({ files: [], filesTruncated: false });
  });

  test('files that a program leaves by globs that are made to be slow are none of anybody else’s time', async () => {
    const { run, filesTruncated } = await clients.execute({
      language: 'perl',
      code: 'for my $i (10000 .. 19999) { open(my $f, ">", "a" x 200 . $i) or die }',
      outputFiles: Array.from({ length: 30 }, (_, i) => `${'*a?'.repeat(40)}${i}b`),
    });
    expect(run?.outcome).toEqual({ $case: 'exitCode', value: 0 });
    expect(filesTruncated).toBe(true);
  });
});

describe('output that is kept', () => {
  test('output that is kept is both ends of what was printed', async () => {
    const { run } = await clients.execute({
      code: 'seq 100000; echo error >&2',
      maxOutputBytes: 4_000_000n,
      maxKeptBytes: 20n,
    });
    expect(textOf(run?.stdout)).toBe('1\n2\n3\n4\n5\n');
    expect(textOf({ data: run?.stdout?.tail ?? Buffer.alloc(0) })).toBe('99\n100000\n');
    expect(run?.stdout).toMatchObject({ totalBytes: 588_895n, droppedBytes: 588_875n });
    expect(run?.stderr).toMatchObject({ totalBytes: 6n, droppedBytes: 0n, truncated: false });
  });
});
