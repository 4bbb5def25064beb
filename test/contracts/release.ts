// What a release has sent: messages, lines and calls, in the folder of test/contracts that is named as the release.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type DescMessage, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { calls } from './calls.js';
import { lines, readLine } from './lines.js';
import { allMessages, registry } from './messages.js';
import { samplesOf } from './samples.js';

/** Bytes on the wire, as base64, and what they say, as JSON of protobuf. */
export interface RecordedMessage {
  readonly name: string;
  readonly bytes: string;
  readonly value: JsonValue;
}

interface RecordedLine {
  readonly line: string;
  readonly read: unknown;
}

export interface RecordedCall {
  readonly path: string;
  readonly request: string;
  readonly answer: JsonValue;
}

export interface Release {
  readonly version: string;
  readonly messages: readonly RecordedMessage[];
  readonly lines: readonly RecordedLine[];
  readonly calls: readonly RecordedCall[];
}

const parts = ['messages', 'lines', 'calls'] as const;

/** All that were recorded. */
export function recordedReleases(): Release[] {
  const entries = readdirSync(pathOf('.'), { withFileTypes: true });
  const versions = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return versions.sort().map((version) => ({
    version,
    messages: readPart(version, 'messages') as Release['messages'],
    lines: readPart(version, 'lines') as Release['lines'],
    calls: readPart(version, 'calls') as Release['calls'],
  }));
}

/** Whether the release was recorded. */
export function isRecorded(version: string): boolean {
  return existsSync(pathOf(version));
}

/** Writes what the present sources send, for a release that was not recorded. */
export function recordRelease(version: string): void {
  mkdirSync(pathOf(version));
  const release = presentRelease(version);
  for (const part of parts) {
    const rows = release[part].map((row) => JSON.stringify(row));
    writeFileSync(pathOf(`${version}/${part}.json`), `[\n${rows.join(',\n')}\n]\n`);
  }
}

/** What the present sources send. */
export function presentRelease(version: string): Release {
  const messages = allMessages().flatMap(({ name, description }) =>
    samplesOf(description).map((sample) => ({
      name,
      bytes: base64(toBinary(description, sample)),
      value: toJson(description, sample, { registry }),
    })),
  );
  return {
    version,
    messages,
    lines: lines.map((line) => ({ line, read: readLine(line) })),
    calls: calls.map(({ path, request, answer }) => ({
      path,
      request: base64(bytesOf(inputOf(path), request as JsonValue)),
      answer: answer as JsonValue,
    })),
  };
}

function readPart(version: string, part: (typeof parts)[number]): unknown {
  return JSON.parse(readFileSync(pathOf(`${version}/${part}.json`), 'utf8'));
}

/** Type of the requests of a method. */
export function inputOf(path: string): DescMessage {
  return methodOf(path).input;
}

/** Type of the responses of a method. */
export function outputOf(path: string): DescMessage {
  return methodOf(path).output;
}

function methodOf(path: string) {
  const [, service = '', name] = path.split('/');
  const method = registry.getService(service)?.methods.find((each) => each.name === name);
  if (method === undefined) throw new Error(`the contracts have no ${path}`);
  return method;
}

function bytesOf(description: DescMessage, value: JsonValue): Uint8Array {
  return toBinary(description, fromJson(description, value, { registry }));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
