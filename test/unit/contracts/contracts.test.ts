// What each earlier release has sent, read by the present sources.

import { fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { describe, expect, test } from 'vitest';
import { readLine } from '../../contracts/lines.js';
import { allMessages, registry } from '../../contracts/messages.js';
import {
  inputOf,
  outputOf,
  presentRelease,
  type RecordedMessage,
  recordedReleases,
} from '../../contracts/release.js';
import { samplesOf } from '../../contracts/samples.js';

const messages = new Map(allMessages().map((each) => [each.name, each]));
const releases = recordedReleases();

describe.each(releases)('what release $version has sent', (release) => {
  test.each([...new Set(release.messages.map(({ name }) => name))])(
    '%s is read with the same values',
    (name) => {
      for (const recorded of release.messages.filter((each) => each.name === name)) {
        expect(readBySources(recorded)).toEqual(recorded.value);
      }
    },
  );

  test.each(release.lines)('the line $line is read as it was', ({ line, read }) => {
    expect(readLine(line)).toMatchObject(read as object);
  });

  test('every method that was called is there, and takes what it took', () => {
    for (const { path, request } of release.calls) {
      expect(outputOf(path)).toBeDefined();
      expect(() => fromBinary(inputOf(path), Buffer.from(request, 'base64'))).not.toThrow();
    }
  });
});

describe('samples of messages', () => {
  test('the samples of a message have each of its fields and branches', () => {
    for (const { description } of messages.values()) {
      const samples = samplesOf(description);
      for (const field of description.fields) {
        const isIn = samples.some((sample) => reflect(description, sample).isSet(field));
        expect(isIn, `${description.typeName}.${field.name}`).toBe(true);
      }
    }
  });

  test('what the present sources would record is read by them with the same values', () => {
    const present = presentRelease('next');
    expect(present.messages.length).toBeGreaterThan(messages.size);
    for (const each of present.messages) expect(readBySources(each)).toEqual(each.value);
  });
});

/** What the programs have read of the message: they write it again, and an independent library reads that. */
function readBySources({ name, bytes }: RecordedMessage): JsonValue {
  const message = messages.get(name);
  if (message === undefined) throw new Error(`the contracts have no ${name} any more`);
  const written = message.readAndWrite(Buffer.from(bytes, 'base64'));
  return toJson(message.description, fromBinary(message.description, written), { registry });
}
