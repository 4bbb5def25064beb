import { afterAll, describe, expect, inject, test } from 'vitest';
import { durationFromMs } from '../../services/lib/config/duration.js';
import { Clients, textOf } from '../support/clients.js';

const clients = new Clients(inject('machine'));

afterAll(() => clients.close());

async function bash(code: string): Promise<string> {
  const timeLimit = durationFromMs(60_000);
  const { run } = await clients.execute({ language: 'bash', code, timeLimit });
  return `${textOf(run?.stdout)}${textOf(run?.stderr)}`;
}

/** What each prints, on a small real input. */
const tools: Readonly<Record<string, readonly [code: string, output: string]>> = {
  bc: ['echo 2^10 | bc', '1024\n'],
  dc: ["echo '2 3 + p' | dc", '5\n'],
  xxd: ['printf hi | xxd -p', '6869\n'],
  hexdump: [`printf hi | hexdump -ve '1/1 "%02x."'`, '68.69.'],
  file: ['echo text >text; file -b text', 'ASCII text\n'],
  make: ["printf 'all:\\n\\t@echo made\\n' >Makefile; make", 'made\n'],
  less: ["printf 'one\\ntwo\\n' | less", 'one\ntwo\n'],
  cal: ['cal 2 2024 | head -1 | xargs', 'February 2024\n'],
  column: ["printf 'a 1\\nbb 2\\n' | column -t", 'a   1\nbb  2\n'],
  jq: [`echo '{"a": [1, 2]}' | jq -c .a`, '[1,2]\n'],
  gawk: [`gawk 'BEGIN { print strtonum("0x10") }'`, '16\n'],
  strace: ['strace -e trace=execve -o trace true; grep -c execve trace', '1\n'],
  valgrind: ['valgrind -q true && echo clean', 'clean\n'],
  git: [
    'git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -qm first && git log --format=%s',
    'first\n',
  ],
};

describe('a tool', () => {
  test.for(Object.entries(tools))('%s works in a sandbox', async ([, [code, output]]) => {
    expect(await bash(code)).toBe(output);
  });

  test.for(['curl -sS http://example.com', 'git clone -q https://example.com/x'])(
    '%s says soon that there is no network',
    async (command) => {
      const text = await bash(`begin=$SECONDS; ${command}; echo "after $((SECONDS - begin)) s"`);
      expect(text).toContain('Could not resolve host: example.com');
      expect(text).toMatch(/after [0-4] s/);
    },
  );
});

describe('the image', () => {
  test('the image has the common locales', async () => {
    expect(await bash("LC_ALL=en_US.UTF-8 perl -e 'print qq(fine\\n)'")).toBe('fine\n');
  });

  test('the image has a word list and the time zones of POSIX', async () => {
    expect(await bash('grep -cx hello /usr/share/dict/words')).toBe('1\n');
    expect(await bash('TZ=posix/Asia/Tokyo date -d @0 +%H')).toBe('09\n');
  });

  test('the image has no program that is setuid or setgid', async () => {
    expect(await bash('find / -xdev -perm /6000 -type f 2>/dev/null; echo end')).toBe('end\n');
  });
});
