// Checks the documents: links, paths, commands of npm, the length of sentences and pages, and words to avoid.
// Prints one line for each violation, as file:line: text, and exits with 1 if there is one.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Page, readDocuments, root, sentencesOf } from './markdown.js';

interface Violation {
  readonly line: number;
  readonly text: string;
}

type Check = (page: Page) => readonly Violation[];

const maxMeanSentenceWords = 25;

const maxLines: Readonly<Record<string, number>> = { 'README.md': 220, 'ARCHITECTURE.md': 270 };

/** Words of an older vocabulary of this project, and what the field calls them. */
const wordsToAvoid: readonly (readonly [RegExp, string])[] = [
  [/\blane-keepers?\b/i, 'supervisor'],
  [/\blanes?\b/i, 'worker'],
  [/\bfences?\b/i, 'cgroup, limit or barrier'],
  [/\banew\b/i, 'again'],
  [/\bfront[- ]door\b/i, 'protocol multiplexer'],
  [/\bput back\b/i, 'revert'],
  [/\bstations?\b/i, 'slot'],
  [/\bsuspect\b/i, 'cordon'],
  [/\btrustAgain\b/, 'uncordon'],
  [/\btold\b/i, 'reported'],
];

const topLevelFolders = ['services', 'guest', 'deploy', 'test', 'proto', 'docs', '.ci'];

const checks: readonly Check[] = [
  checkLinks,
  checkPaths,
  checkNpmCommands,
  checkWords,
  checkSentences,
  checkLineCount,
  checkJson,
];

const pages = readDocuments();
const scripts = npmScripts();

process.exitCode = report();

function report(): number {
  let count = 0;
  for (const [path, page] of pages) {
    const violations = checks.flatMap((check) => check(page));
    for (const { line, text } of violations.toSorted((a, b) => a.line - b.line)) {
      count += 1;
      process.stdout.write(`${path}:${line}: ${text}\n`);
    }
  }
  return count === 0 ? 0 : 1;
}

function npmScripts(): ReadonlySet<string> {
  const file = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  return new Set(Object.keys(file.scripts));
}

function checkLinks({ path, links }: Page): Violation[] {
  return links.flatMap(({ line, value }) => {
    if (/^[a-z]+:/.test(value)) return [];
    const [file = '', anchor] = value.split('#');
    const target = file === '' ? path : normalize(join(dirname(path), file));
    if (!existsSync(join(root, target))) return [{ line, text: `no such file: ${value}` }];
    if (anchor === undefined) return [];
    const isKnown = pages.get(target)?.anchors.has(anchor) === true;
    return isKnown ? [] : [{ line, text: `no such heading: ${value}` }];
  });
}

/** A code span whose first word begins with a folder of the repository is a path. The changelog names older ones too. */
function checkPaths({ path: page, codeSpans }: Page): Violation[] {
  if (page === 'CHANGELOG.md') return [];
  return codeSpans.flatMap(({ line, value }) => {
    const path = value.split(/[\s:]/)[0] ?? '';
    const folder = path.split('/')[0] ?? '';
    const isPath = path.includes('/') && topLevelFolders.includes(folder) && !/[*]/.test(path);
    if (!isPath) return [];
    if (!existsSync(join(root, path))) return [{ line, text: `no such path: ${path}` }];
    const isFolder = statSync(join(root, path)).isDirectory();
    return path.endsWith('/') && !isFolder ? [{ line, text: `not a folder: ${path}` }] : [];
  });
}

function checkNpmCommands({ codeSpans, blocks }: Page): Violation[] {
  const texts = [...codeSpans, ...blocks.map(({ line, value }) => ({ line, value: value.text }))];
  return texts.flatMap(({ line, value }) =>
    [...value.matchAll(/\bnpm run ([\w:-]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((name) => !scripts.has(name))
      .map((name) => ({ line, text: `package.json has no script: ${name}` })),
  );
}

function checkWords({ lines }: Page): Violation[] {
  return lines.flatMap(({ line, value }) =>
    wordsToAvoid
      .filter(([pattern]) => pattern.test(value))
      .map(([pattern, better]) => ({ line, text: `${pattern.source}: write ${better}` })),
  );
}

function checkSentences({ paragraphs }: Page): Violation[] {
  const sentences = paragraphs.flatMap(({ value }) => sentencesOf(value));
  if (sentences.length === 0) return [];
  const words = sentences.reduce((sum, sentence) => sum + sentence.length, 0);
  const mean = words / sentences.length;
  if (mean <= maxMeanSentenceWords) return [];
  return [
    { line: 1, text: `a sentence has ${mean.toFixed(1)} words on average, at most 25 are fine` },
  ];
}

function checkLineCount({ path, lineCount }: Page): Violation[] {
  const max = maxLines[path];
  if (max === undefined || lineCount <= max) return [];
  return [{ line: lineCount, text: `${lineCount} lines, at most ${max} are fine` }];
}

function checkJson({ blocks }: Page): Violation[] {
  return blocks.flatMap(({ line, value }) => {
    if (value.info !== 'json') return [];
    try {
      JSON.parse(value.text);
      return [];
    } catch (error) {
      return [{ line, text: `no JSON: ${error instanceof Error ? error.message : String(error)}` }];
    }
  });
}
