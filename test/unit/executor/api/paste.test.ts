import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pastePort } from '../../../../services/executor/api/paste.js';

const log = pino({ level: 'silent' });

describe('a paste', () => {
  let site: Server;
  let directory: string;
  let forms: URLSearchParams[];
  let statusCode: number;

  beforeEach(async () => {
    forms = [];
    statusCode = 200;
    directory = await mkdtemp(join(tmpdir(), 'pbot-vm-paste-'));
    site = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        forms.push(new URLSearchParams(body));
        response.writeHead(statusCode).end('https://paste.example/1\n');
      });
    });
    await new Promise<void>((resolve) => {
      site.listen(0, '127.0.0.1', resolve);
    });
  });

  afterEach(async () => {
    site.close();
    await rm(directory, { recursive: true });
  });

  const url = () => `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;

  it('a paste goes to the configured site as the form field file, and its answer is the URL', async () => {
    expect(await pastePort(url(), log).publish('a & b\n')).toBe('https://paste.example/1');
    expect(forms.map((form) => form.get('file'))).toEqual(['a & b\n']);
  });

  it('a site that refuses a paste is named by its status', async () => {
    statusCode = 503;
    expect(await pastePort(url(), log).publish('x')).toBe('error pasting: 503 Service Unavailable');
  });

  it('a site that does not answer is said to', async () => {
    const nowhere = url();
    site.close();
    expect(await pastePort(nowhere, log).publish('x')).toBe('error pasting: no answer');
  });

  it('a command reads the paste and prints where it is', async () => {
    const path = join(directory, 'paste');
    await writeFile(path, '#!/bin/sh\nprintf "kept: %s\\n" "$(cat)"\n');
    await chmod(path, 0o755);
    expect(await pastePort(path, log).publish('text')).toBe('kept: text');
  });

  it('nothing leaves the host where nothing is configured', async () => {
    expect(await pastePort('', log).publish('x')).toMatch(/^Pasting is off here: /);
    expect(forms).toEqual([]);
  });
});
