// Fuzz target: PBot's editing commands.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type EditOutcome, edit } from '../../../services/pbot/editing/edit.js';
import type { Target } from './target.js';

const word = fc.constantFrom(
  'show',
  'diff',
  'run',
  'again',
  'paste',
  'undo',
  'copy',
  'and',
  'replace',
  'remove',
  'prepend',
  'append',
  'with',
  'first',
  'last',
  'all',
  '-std=c99',
  '#c',
  'nick',
  "'",
  "'a'",
  "'b c'",
  's/',
  's/a/b/',
  's/(.)/$1$`/g',
  '/',
  '\\',
  'ü',
);

const typed = fc.oneof(
  fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
  fc.array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 4 }))).map((all) => all.join('')),
);

/** Delimiters and escapes excepted, which the test does not write. */
const plain = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '.', '*', '(', ')', '$1') });
const step = fc.record({ pattern: plain, text: plain, flags: fc.constantFrom('', 'g', 'i', 'gi') });
const history = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'B', '\n', 'ü') }), {
  maxLength: 4,
});

function editOn(code: string, own: readonly string[]): EditOutcome {
  return edit(code, { own, buffer: (name) => (name === '#c' ? own : undefined), nowMs: () => 0 });
}

/** The code after steps that are typed one by one, and the answer of the first that fails. */
function oneByOne(steps: readonly string[], own: readonly string[]): string {
  let [code = ''] = own;
  for (const each of steps) {
    const outcome = editOn(each, [code]);
    if (outcome.kind !== 'run') return outcome.kind === 'say' ? `said: ${outcome.text}` : 'none';
    ({ code } = outcome);
  }
  return code;
}

export const editing: Target = {
  name: 'editing',
  promise: 'an editing command has one answer, and a chain does what its steps do one by one',
  property: fc.property(typed, fc.array(step, { maxLength: 4 }), history, (code, steps, own) => {
    const outcome = editOn(code, own);
    if (outcome.kind !== 'none') {
      assert.ok(outcome.drop <= own.length, 'no entry is dropped that is not there');
      assert.ok(outcome.store.length <= 2, 'a copy and a result are all that is stored');
    }
    if (steps.length === 0 || own.length === 0) return;
    const typedSteps = steps.map(({ pattern, text, flags }) => `s/${pattern}/${text}/${flags}`);
    const chain = editOn(typedSteps.join(' and '), own);
    const result = chain.kind === 'run' ? chain.code : 'text' in chain && `said: ${chain.text}`;
    assert.equal(result, oneByOne(typedSteps, own), 'a chain does what its steps do');
  }),
};
