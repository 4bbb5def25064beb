// Publishes texts of PBot's users where the operator has said: at a site, or by a command.

import { execa } from 'execa';
import type { Log } from '../../lib/process/log.js';
import { type PastePort, pastingIsOff } from '../../pbot/paste/paste-port.js';

/** A site or a command that takes longer is given up. */
const timeoutMs = 10_000;

/** Longest answer: a URL, and what else a site may say. */
const maxAnswerLength = 300;

/** @param where a URL, the path of a command, or nothing */
export function pastePort(where: string, log: Log): PastePort {
  if (where === '') return pastingIsOff;
  const publish = where.startsWith('/') ? byCommand : atSite;
  return {
    async publish(text) {
      try {
        return (await publish(where, text)).trim().slice(0, maxAnswerLength);
      } catch (error) {
        log.warn({ err: error, where }, 'a text could not be pasted');
        return 'error pasting: no answer';
      }
    },
  };
}

/** As a browser sends a form with the one field `file`. */
async function atSite(url: string, text: string): Promise<string> {
  const body = new URLSearchParams({ file: text });
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { method: 'POST', body, signal });
  if (response.ok) return await response.text();
  await response.body?.cancel();
  return `error pasting: ${response.status} ${response.statusText}`;
}

/** The command reads the text and prints where it is. */
async function byCommand(path: string, text: string): Promise<string> {
  const { stdout } = await execa(path, { input: text, timeout: timeoutMs, stderr: 'ignore' });
  return stdout;
}
