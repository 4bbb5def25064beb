// Every table that a document may hold, by the name that its marker has.

import { stateTable } from '../../../services/watchdog/machine-state.js';
import { languageCommandsTable, languagesTable } from './languages.js';
import { limitsTable } from './limits.js';
import { machineStatesTable } from './machine-states.js';
import { metricsTable } from './metrics.js';
import { profilesTable } from './profiles.js';
import { reasonsTable } from './reasons.js';
import { variablesTable } from './variables.js';

export const tables: ReadonlyMap<string, () => string> = new Map([
  ['variables', variablesTable],
  ['limits', limitsTable],
  ['error-reasons', reasonsTable],
  ['metrics', metricsTable],
  ['machine-states', machineStatesTable],
  ['machine-moves', stateTable],
  ['languages', languagesTable],
  ['profiles', profilesTable],
  ['language-commands', languageCommandsTable],
]);
