// Samples of a message that have a value in each field, in each branch of it, and each name of an enumeration.

import {
  create,
  type DescField,
  type DescMessage,
  type Message,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';

/** Samples that differ. Together they have each field and each branch that the message can have. */
export function samplesOf(description: DescMessage): Message[] {
  const samples = new Map<string, Message>();
  for (let variant = 0; variant < variantsOf(description); variant += 1) {
    const sample = fill(description, variant, []).message;
    samples.set(Buffer.from(toBinary(description, sample)).toString('base64'), sample);
  }
  return [...samples.values()];
}

/** As many as the message, or one in it, has branches or names to choose from. */
function variantsOf(description: DescMessage, seen = new Set<DescMessage>()): number {
  if (seen.has(description)) return 1;
  seen.add(description);
  const ofOneofs = description.oneofs.map(({ fields }) => fields.length);
  const ofFields = description.fields.map((field) => {
    if (field.enum !== undefined) return field.enum.values.length;
    return field.message === undefined ? 1 : variantsOf(field.message, seen);
  });
  return Math.max(1, ...ofOneofs, ...ofFields);
}

function fill(
  description: DescMessage,
  variant: number,
  above: readonly DescMessage[],
): ReflectMessage {
  const filled = reflect(description, create(description));
  for (const field of description.fields) {
    const branches = field.oneof?.fields;
    if (branches !== undefined && branches[variant % branches.length] !== field) continue;
    // A message that holds itself ends somewhere.
    if (field.message !== undefined && above.includes(field.message)) continue;
    setField(filled, field, { variant, above: [...above, description] });
  }
  return filled;
}

interface Place {
  readonly variant: number;
  readonly above: readonly DescMessage[];
}

function setField(filled: ReflectMessage, field: DescField, place: Place): void {
  switch (field.fieldKind) {
    case 'scalar':
      filled.set(field, scalar(field.scalar, field));
      return;
    case 'enum':
      filled.set(field, name(field.enum, place.variant));
      return;
    case 'message':
      filled.set(field, within(field.message, place));
      return;
    case 'list': {
      const list = filled.get(field);
      if (field.listKind === 'message') list.add(within(field.message, place));
      else if (field.listKind === 'enum') list.add(name(field.enum, place.variant));
      else list.add(scalar(field.scalar, field));
      return;
    }
    case 'map': {
      const key = field.mapKey === ScalarType.STRING ? `key of ${field.name}` : field.number;
      const map = filled.get(field);
      if (field.mapKind === 'message') map.set(key, within(field.message, place));
      else if (field.mapKind === 'enum') map.set(key, name(field.enum, place.variant));
      else map.set(key, scalar(field.scalar, field));
    }
  }
}

/** Times and durations hold what such a thing can be. */
function within(description: DescMessage, { variant, above }: Place): ReflectMessage {
  if (!description.typeName.startsWith('google.protobuf.')) {
    return fill(description, variant, above);
  }
  const filled = reflect(description, create(description));
  for (const field of description.fields) {
    if (field.name === 'seconds') filled.set(field, 1_700_000_000n + BigInt(variant));
    if (field.name === 'nanos') filled.set(field, 500_000_000);
  }
  return filled;
}

function name(description: NonNullable<DescField['enum']>, variant: number): number {
  return description.values[variant % description.values.length]?.number ?? 0;
}

/** Another value in each field, so that none can be taken for its neighbour. */
function scalar(type: ScalarType, { number, name: fieldName }: DescField): unknown {
  switch (type) {
    case ScalarType.STRING:
      return `${fieldName} ü`;
    case ScalarType.BYTES:
      return new Uint8Array([0, 255, number]);
    case ScalarType.BOOL:
      return true;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return number + 0.5;
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 2n ** 40n + BigInt(number);
    case ScalarType.INT32:
    case ScalarType.UINT32:
    case ScalarType.SINT32:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return 1000 + number;
  }
}
