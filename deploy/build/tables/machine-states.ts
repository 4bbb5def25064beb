// The table of the states of a machine, from the enumeration of the contract and its comments.

import { readFileSync } from 'node:fs';
import { code, markdownTable } from './markdown.js';

const contract = new URL('../../../proto/pbot/vm/v1/watchdog.proto', import.meta.url);

export function machineStatesTable(): string {
  const body = /^enum MachineState \{\n(.*?)^\}/ms.exec(readFileSync(contract, 'utf8'))?.[1] ?? '';
  const values = body.matchAll(/^ {2}\/\/ (.*)\.\n {2}MACHINE_STATE_(\w+) = [1-9]\d*;/gm);
  const rows = [...values].map(([, meaning = '', name = '']) => [code(name), meaning]);
  if (rows.length === 0) throw new Error(`${contract.pathname}: no enumeration of machine states`);
  return markdownTable(['State', 'Meaning'], rows);
}
