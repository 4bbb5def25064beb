// Every table that a document may hold, by the name that its marker has.

import { languagesTable } from './languages.js';
import { limitsTable } from './limits.js';
import { variablesTable } from './variables.js';

export const tables: ReadonlyMap<string, () => string> = new Map([
  ['variables', variablesTable],
  ['limits', limitsTable],
  ['languages', languagesTable],
]);
