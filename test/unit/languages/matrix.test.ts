import { describe, expect, test } from 'vitest';
import { merged, type Row } from '../../languages/matrix.js';

const earlier: Row = {
  language: 'ruby',
  version: 'ruby 3.1',
  helloMs: 900,
  passed: ['hello', 'input'],
  inapplicable: ['modules'],
  failed: [{ name: 'unicode', why: 'exit code 1' }],
};

describe('results of a language that is tried again', () => {
  test('a run of hello alone keeps what is known of the other cases', () => {
    const later: Row = {
      ...{ language: 'ruby', version: 'ruby 3.3', helloMs: 300 },
      ...{ passed: ['hello'], inapplicable: [], failed: [] },
    };
    expect(merged(earlier, later)).toEqual({
      ...earlier,
      version: 'ruby 3.3',
      helloMs: 300,
    });
  });

  test('a hello that fails now has neither passed nor a time', () => {
    const failed = [{ name: 'hello' as const, why: 'no machine has the language' }];
    const later: Row = { language: 'ruby', version: '', passed: [], inapplicable: [], failed };
    expect(merged(earlier, later)).toEqual({
      ...{ language: 'ruby', version: '', passed: ['input'], inapplicable: ['modules'] },
      failed: [...failed, ...earlier.failed],
    });
  });

  test('a whole run takes the place of an earlier one', () => {
    const later: Row = {
      ...{ language: 'ruby', version: 'ruby 3.3', helloMs: 300, inapplicable: [], failed: [] },
      passed: ['hello', 'input', 'unicode', 'modules'],
    };
    expect(merged(earlier, later)).toEqual(later);
    expect(merged(undefined, later)).toEqual(later);
  });
});
