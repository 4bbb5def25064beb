// Checks the documents: links, paths, commands of npm, the length of sentences and pages, and words to avoid.
// Prints one line for each violation, as file:line: text, and exits with 1 if there is one.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Page, readDocuments, root, sentencesOf } from './markdown.js';

interface Violation {
  readonly line: number;
  readonly text: string;
}

type Check = (page: Page) => readonly Violation[];

const maxMeanSentenceWords = 25;

const maxSentenceWords = 35;

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

/** Names of Node.js and OpenTelemetry. */
const foreignNames = new Set([
  'AsyncLocalStorage',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_SERVICE_NAME',
  'OTEL_TRACES_SAMPLER',
]);

const topLevelFolders = ['services', 'guest', 'deploy', 'test', 'proto', 'docs', '.ci'];

const checks: readonly Check[] = [
  checkLinks,
  checkPaths,
  checkNames,
  checkNpmCommands,
  checkWords,
  checkSentences,
  checkLineCount,
];

const pages = readDocuments();
const scripts = npmScripts();
const sourceWords = wordsOfSource();

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

/** A code span such as `PBOTVM_SERVER`, `applyEvent` or `RpcError` is a name that the source has. */
function checkNames({ path, codeSpans }: Page): Violation[] {
  if (path === 'CHANGELOG.md') return [];
  return codeSpans
    .filter(({ value }) => /^\w*(?:[a-z][A-Z]|[A-Z]_[A-Z])\w*$/.test(value))
    .filter(({ value }) => !sourceWords.has(value) && !foreignNames.has(value))
    .map(({ line, value }) => ({ line, text: `the source has no such name: ${value}` }));
}

function wordsOfSource(): ReadonlySet<string> {
  const files = topLevelFolders
    .filter((folder) => folder !== 'docs')
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    );
  return new Set(files.flatMap((file) => readFileSync(file, 'utf8').match(/[A-Za-z]\w*/g) ?? []));
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
  const sentences = paragraphs.flatMap(({ line, value }) =>
    sentencesOf(value).map((words) => ({ line, count: words.length })),
  );
  const long = sentences
    .filter(({ count }) => count > maxSentenceWords)
    .map(({ line, count }) => ({
      line,
      text: `a sentence of ${count} words; at most ${maxSentenceWords}`,
    }));
  const mean = sentences.reduce((sum, { count }) => sum + count, 0) / Math.max(sentences.length, 1);
  if (mean <= maxMeanSentenceWords) return long;
  const text = `a sentence has ${mean.toFixed(1)} words on average; at most ${maxMeanSentenceWords}`;
  return [{ line: 1, text }, ...long];
}

function checkLineCount({ path, lineCount }: Page): Violation[] {
  const max = maxLines[path];
  if (max === undefined || lineCount <= max) return [];
  return [{ line: lineCount, text: `${lineCount} lines, at most ${max} are fine` }];
}
