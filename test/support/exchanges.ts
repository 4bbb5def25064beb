// Exchanges with PBot that are kept as data: what is sent, and what the answer must match.

import { readFileSync } from 'node:fs';
import * as z from 'zod';

const exchangesSchema = z.array(
  z.object({
    /** A whole sentence. */
    title: z.string(),
    /** A line, or the JSON of one. */
    sent: z.union([z.string(), z.record(z.string(), z.unknown())]),
    /** A regular expression on the answer, without the line end behind it. */
    answer: z.string(),
  }),
);

export interface Exchange {
  readonly title: string;
  readonly line: string;
  readonly answer: RegExp;
}

/** The files of test/pbot, without their endings. Exchanges of later ones may follow on those of earlier ones. */
export const exchangeTopics = [
  ...['options', 'presentation', 'languages', 'c', 'c-answers'],
  ...['editing', 'persist-key', 'persist-key-tmp'],
];

/** @param topic the name of a file of test/pbot, without its ending */
export function readExchanges(topic: string): Exchange[] {
  const path = new URL(`../pbot/${topic}.json`, import.meta.url);
  const read = exchangesSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  return read.map((each) => ({
    title: each.title,
    line: typeof each.sent === 'string' ? each.sent : JSON.stringify(each.sent),
    answer: new RegExp(each.answer, 's'),
  }));
}
