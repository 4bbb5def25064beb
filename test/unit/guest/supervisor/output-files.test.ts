import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { globMatcher } from '../../../../guest/protocol/glob.js';
import { python3 } from '../../../support/python.js';

const folder = fileURLToPath(new URL('../../../../guest/server/supervisor', import.meta.url));

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pbot-vm-files-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (path: string) => join(directory, path);

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(at(path), '..'), { recursive: true });
    writeFileSync(at(path), content);
  }
}

function python(script: string, options: { input?: string } = {}): Buffer {
  return execFileSync(python3(), ['-c', script], {
    cwd: directory,
    env: { PATH: process.env['PATH'], PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' },
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
}

const defaults = { maxFiles: 10, maxBytes: 1000, before: '', temporary: '' };

/** The bytes that are written for the host. */
function sent(globs: readonly string[], options: Partial<typeof defaults> = {}): Buffer {
  const { maxFiles, maxBytes, before, temporary } = { ...defaults, ...options };
  const asked = JSON.stringify(JSON.stringify([maxFiles, maxBytes, globs, temporary]));
  // As a program's user is: root reads whatever it likes.
  chmodSync(directory, 0o755);
  return python(
    [
      'import json, os, sys, output_files',
      'if os.getuid() == 0: os.setuid(65534)',
      before,
      `try: output_files.send_files(sys.stdout.buffer, *json.loads(${asked}))`,
      'except output_files.BrokenFile: pass',
    ].join('\n'),
  );
}

/** The files that are sent, by path, and whether some were left out. */
function send(globs: readonly string[], options: Partial<typeof defaults> = {}) {
  const data = sent(globs, options);
  const files: Record<string, string> = {};
  let offset = 0;
  const take = (bytes: number) => data.subarray(offset, (offset += bytes));
  for (;;) {
    const head = take(6);
    const pathBytes = head.readUInt16LE(0);
    const size = head.readUInt32LE(2);
    if (pathBytes === 0) {
      expect(offset).toBe(data.length);
      return { files, isLeftOut: size === 1 };
    }
    files[take(pathBytes).toString()] = take(size).toString();
  }
}

describe('the files that a program leaves', () => {
  it('the files that the globs match are sent in sorted order', () => {
    write({ 'b.txt': '1', 'a.txt': '22', 'c.bin': '', 'out/x/y.txt': '333', '.hidden': '4' });
    const { files, isLeftOut } = send(['*.txt', 'out/**/*.txt', '.hidden']);
    expect(Object.entries(files)).toEqual([
      ['.hidden', '4'],
      ['a.txt', '22'],
      ['b.txt', '1'],
      ['out/x/y.txt', '333'],
    ]);
    expect(isLeftOut).toBe(false);
  });

  it('the files of a temporary directory are sent below .tmp', () => {
    write({ 'temporary/a/b': '1', 'temporary/c': '2' });
    const { files } = send(['.tmp/**'], { temporary: at('temporary') });
    expect(files).toEqual({ '.tmp/a/b': '1', '.tmp/c': '2' });
  });

  it('no file is sent where no glob matches', () => {
    write({ a: '1' });
    expect(send(['b', 'a/b', '*/a'])).toEqual({ files: {}, isLeftOut: false });
  });

  it('only regular files are sent, and no link is followed on any part of a path', () => {
    write({ 'real/file': 'real' });
    symlinkSync('/etc/passwd', at('link'));
    symlinkSync('/etc', at('etc'));
    symlinkSync('real/file', at('inner'));
    symlinkSync('..', at('real/up'));
    symlinkSync('nowhere', at('broken'));
    linkSync(at('real/file'), at('hard'));
    execFileSync('mkfifo', [at('fifo')]);
    const { files, isLeftOut } = send(['**', 'link', 'etc/passwd', 'inner', 'real/up/**', 'fifo']);
    expect(files).toEqual({ hard: 'real', 'real/file': 'real' });
    expect(isLeftOut).toBe(false);
  });

  it('a file that is too large is left out, and smaller ones are still sent', () => {
    write({ a: 'x'.repeat(600), b: 'y'.repeat(600), c: 'z'.repeat(400), d: 'one too many' });
    truncateSync(at('d'), 2 ** 40);
    const { files, isLeftOut } = send(['*']);
    expect(Object.keys(files)).toEqual(['a', 'c']);
    expect(isLeftOut).toBe(true);
  });

  it('files beyond the largest number are left out', () => {
    write({ a: '1', b: '2', 'dir/c': '3', 'dir/d': '4' });
    expect(send(['**'], { maxFiles: 3 })).toEqual({
      files: { a: '1', b: '2', 'dir/c': '3' },
      isLeftOut: true,
    });
    expect(Object.keys(send(['**'], { maxFiles: 4 }).files)).toHaveLength(4);
    expect(send(['**'], { maxFiles: 4 }).isLeftOut).toBe(false);
    expect(send(['**'], { maxFiles: 0 })).toEqual({ files: {}, isLeftOut: true });
    expect(send(['a'], { maxFiles: 1 })).toEqual({ files: { a: '1' }, isLeftOut: false });
  });

  it('a file in too deep a directory is left out', () => {
    write({ [`${'d/'.repeat(31)}found`]: '', [`${'d/'.repeat(32)}lost`]: '' });
    const { files, isLeftOut } = send(['**']);
    expect(Object.keys(files)).toEqual([`${'d/'.repeat(31)}found`]);
    expect(isLeftOut).toBe(true);
  });

  it('a file whose path is too long is left out', () => {
    const name = 'n'.repeat(250);
    write({ [`${name}/${name}/${name}/${name}/${name}`]: '', a: '' });
    expect(send(['**'])).toEqual({ files: { a: '' }, isLeftOut: true });
  });

  it('a file whose name is not valid UTF-8 is left out', () => {
    python(
      'import os; os.mkdir(b"\\xff"); [open(p, "w").close() for p in (b"\\xfe", b"a\\nb", b"\\xff/c")]',
    );
    expect(send(['**'])).toEqual({ files: { 'a\nb': '' }, isLeftOut: true });
    expect(send(['a*'])).toEqual({ files: { 'a\nb': '' }, isLeftOut: false });
  });

  it('a file that the program may not read is left out', () => {
    write({ open: '1', shut: '2', 'dir/in': '3' });
    chmodSync(at('shut'), 0);
    chmodSync(at('dir'), 0);
    expect(send(['**'])).toEqual({ files: { open: '1' }, isLeftOut: true });
    chmodSync(at('dir'), 0o700);
  });
});

describe('a file that breaks off while it is sent', () => {
  it.each([
    ['becomes shorter', 'b""'],
    ["can't be read any more", 'read(-1, 1)'],
  ])('a file that %s while it is sent is the last one, and no end follows', (_, then) => {
    write({ a: 'whole', b: 'x'.repeat(100), c: 'not reached' });
    const before = [
      'read = os.read',
      'def read_once(file, size):',
      `    if size < 100: return ${then} if size == 90 else read(file, size)`,
      '    return read(file, 10)',
      'os.read = read_once',
    ].join('\n');
    const head = (path: string, bytes: number) =>
      Buffer.from([1, 0, bytes, 0, 0, 0, path.charCodeAt(0)]);
    const expected = [head('a', 5), 'whole', head('b', 100), 'x'.repeat(10)];
    expect(sent(['*'], { before })).toEqual(
      Buffer.concat(expected.map((each) => Buffer.from(each))),
    );
  });
});

describe('a glob', () => {
  const part = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.', 'ü'), minLength: 1, maxLength: 6 }),
    fc.constant('**'),
  );
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', 'ü'), minLength: 1, maxLength: 6 });
  const joined = (each: fc.Arbitrary<string>) =>
    fc.array(each, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

  it('a glob matches the same paths in the guest as on the host', () => {
    const pairs = fc.sample(fc.tuple(joined(part), joined(name)), 20_000);
    const script = [
      'import json, output_files as o',
      'def is_match(glob, path):',
      '    places = o.start([glob])',
      '    for name in path.split("/"): places = o.step(places, name)',
      '    return o.is_whole(places)',
      'print(json.dumps([is_match(*each) for each in json.loads(input())]))',
    ].join('\n');
    const inGuest: unknown = JSON.parse(
      python(script, { input: JSON.stringify(pairs) }).toString(),
    );
    expect(inGuest).toEqual(pairs.map(([glob, path]) => globMatcher([glob])(path)));
  });
});
