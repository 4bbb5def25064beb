// One file of a history: a line of JSON for each code that was stored, and one for each drop.

import { open } from 'node:fs/promises';
import * as z from 'zod';
import { readText } from '../storage/read-text.js';
import { privateMode, replaceFile } from '../storage/replace-file.js';

/** What is known of a file. */
export interface EntriesFile {
  readonly bytes: number;
  readonly lines: number;
  /** Its last line is complete, so that another can follow. */
  readonly isWhole: boolean;
}

/** A line holds a code, or how many of the newest are dropped for good. */
const lineSchema = z.union([z.string(), z.object({ drop: z.number().int().nonnegative() })]);

/** Newest last. A line that can't be read is left out: what was half written when the host failed, for instance. */
export async function readEntries(path: string): Promise<EntriesFile & { entries: string[] }> {
  const text = (await readText(path)) ?? '';
  const lines = text.split('\n');
  // What follows the last line end was not written to its end.
  const rest = lines.pop();
  const entries: string[] = [];
  for (const line of lines) {
    const read = readLine(line);
    if (typeof read === 'string') entries.push(read);
    else if (read !== undefined) entries.length = Math.max(0, entries.length - read.drop);
  }
  const bytes = Buffer.byteLength(text);
  return { entries, bytes, lines: lines.length, isWhole: rest === '' };
}

/** @param known what the last reading or writing has found */
export async function appendEntry(
  path: string,
  known: EntriesFile,
  change: { readonly drop: number; readonly store: readonly string[] },
): Promise<EntriesFile> {
  const lines = [...(change.drop > 0 ? [{ drop: change.drop }] : []), ...change.store];
  const text = textOf(lines);
  const file = await open(path, 'a', privateMode);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  return {
    bytes: known.bytes + Buffer.byteLength(text),
    lines: known.lines + lines.length,
    isWhole: true,
  };
}

export async function rewriteEntries(
  path: string,
  entries: readonly string[],
): Promise<EntriesFile> {
  const text = textOf(entries);
  await replaceFile(path, text);
  return { bytes: Buffer.byteLength(text), lines: entries.length, isWhole: true };
}

function textOf(lines: readonly unknown[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function readLine(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
