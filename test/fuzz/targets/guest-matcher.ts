// Asks the Python matcher of the guest whether a glob matches a path.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { python3 } from '../../support/python.js';

const script = `
import json, sys, output_files as o
for line in sys.stdin:
    globs, paths = json.loads(line)
    def is_match(glob, path):
        places = o.start([glob])
        for name in path.split("/"): places = o.step(places, name)
        return o.is_whole(places)
    print(json.dumps([[is_match(glob, path) for path in paths] for glob in globs]), flush=True)
`;

/** A question takes milliseconds. */
const answerLimitMs = 30_000;

/** The guest's own matcher of globs, in a process of Python that begins with the first question and ends with ours. */
export class GuestMatcher {
  #process: { readonly ask: (line: string) => void; readonly answers: Interface } | undefined;

  /** @returns for each glob and path whether the one stands for the other */
  async match(globs: readonly string[], paths: readonly string[]): Promise<unknown> {
    this.#process ??= start();
    const limit = new AbortController();
    // Nothing else keeps us waiting: a target is not told when it is done, and the process must not hold ours up.
    const timer = setTimeout(() => limit.abort(), answerLimitMs);
    try {
      const answer = once(this.#process.answers, 'line', { signal: limit.signal });
      this.#process.ask(`${JSON.stringify([globs, paths])}\n`);
      const [line] = (await answer) as [string];
      return JSON.parse(line);
    } finally {
      clearTimeout(timer);
    }
  }
}

function start() {
  const child = spawn(python3(), ['-c', script], {
    env: {
      ...process.env,
      PYTHONPATH: fileURLToPath(new URL('../../../guest/server/supervisor', import.meta.url)),
      PYTHONDONTWRITEBYTECODE: '1',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.unref();
  for (const pipe of [child.stdin, child.stdout]) (pipe as Socket).unref();
  return {
    ask: (line: string) => child.stdin.write(line),
    answers: createInterface({ input: child.stdout }),
  };
}
