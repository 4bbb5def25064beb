// Lines of PBot, one for each thing that a line can say, and how the service reads them.

import { readRequest } from '../../services/pbot/request/read-request.js';

const asPbotSendsIt = {
  lang: 'c11',
  code: 'printf("%d", 6 * 7);',
  nick: 'ann',
  channel: '#c',
  factoid: 1,
  arguments: 'one "two three"',
  'persist-key': 'votes',
  usage: 'Usage: vote <name>',
  vm: 'pbot-vm-2',
};

export const lines: readonly string[] = [
  JSON.stringify(asPbotSendsIt),
  JSON.stringify({ code: 'echo hi' }),
  JSON.stringify({ nick: 'ann', channel: 'ann', code: 'print 1', lang: 'perl' }),
  JSON.stringify({ ...asPbotSendsIt, factoid: 0, usage: null, 'persist-key': null }),
  JSON.stringify({ ...asPbotSendsIt, date: 'a key of a newer PBot' }),
  JSON.stringify({ lang: 'sh', code: 'echo "Grüße, 世界 😀"\\n\\0' }),
  '-lang=sh echo hello',
  '-lang=c11 -stdin=text -args "1 2" int main(void) { }',
  'int main(void) { return 7; }',
  '{"code": 7}',
  '{"code": "never ends',
];

/** How the service reads the line, as JSON has it. */
export function readLine(line: string): unknown {
  return JSON.parse(JSON.stringify(readRequest(line)));
}
