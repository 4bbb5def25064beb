// Reads the Markdown that the documents of this project use: headings, links, code spans, fenced blocks and prose.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Located<T> {
  readonly line: number;
  readonly value: T;
}

/** A fenced block. */
interface Block {
  /** The whole info string: the language and what follows it. */
  readonly info: string;
  readonly text: string;
}

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly lineCount: number;
  /** Names that a link may have after its `#`. */
  readonly anchors: ReadonlySet<string>;
  /** Where links lead to. */
  readonly links: readonly Located<string>[];
  /** What stands between backticks in a line. */
  readonly codeSpans: readonly Located<string>[];
  readonly blocks: readonly Located<Block>[];
  /** Paragraphs and items of lists, without code. */
  readonly paragraphs: readonly Located<string>[];
  /** All lines, without code. */
  readonly lines: readonly Located<string>[];
}

/** The root of the repository. */
export const root = join(import.meta.dirname, '../..');

/** All documents of the repository, by path. */
export function readDocuments(): ReadonlyMap<string, Page> {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  const paths = [...readdirSync(root), ...docs.map((name) => join('docs', name))]
    .filter((path) => path.endsWith('.md'))
    .sort();
  return new Map(paths.map((path) => [path, readPage(path)]));
}

function readPage(path: string): Page {
  const source = readFileSync(join(root, path), 'utf8').split('\n');
  const { blocks, rest } = separateBlocks(source);
  const spans = rest.map(({ line, value }) => ({ line, value, codes: codesOf(value) }));
  const lines = spans.map(({ line, value }) => ({
    line,
    value: value.replaceAll(codePattern, 'CODE'),
  }));
  return {
    path,
    lineCount: source.at(-1) === '' ? source.length - 1 : source.length,
    anchors: anchorsOf(rest),
    links: lines.flatMap(({ line, value }) =>
      linksOf(value).map((link) => ({ line, value: link })),
    ),
    codeSpans: spans.flatMap(({ line, codes }) => codes.map((code) => ({ line, value: code }))),
    blocks,
    paragraphs: paragraphsOf(lines),
    lines,
  };
}

/** The sentences of a paragraph, each as its words. */
export function sentencesOf(paragraph: string): readonly string[][] {
  const plain = paragraph.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[*_]{1,2}/g, '');
  return [...sentenceSegmenter.segment(plain)]
    .map(({ segment }) => segment.split(/\s+/).filter((word) => /\w/.test(word)))
    .filter((words) => words.length > 0);
}

const sentenceSegmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

const codePattern = /`([^`]+)`/g;

/** Fenced blocks may be indented, as parts of a list. */
function separateBlocks(source: readonly string[]) {
  const blocks: Located<Block>[] = [];
  const rest: Located<string>[] = [];
  let open: { line: number; indent: number; info: string; lines: string[] } | undefined;
  source.forEach((value, index) => {
    const mark = /^( *)```(.*)$/.exec(value);
    if (open === undefined) {
      if (mark === null) rest.push({ line: index + 1, value });
      else open = { line: index + 1, indent: mark[1]?.length ?? 0, info: mark[2] ?? '', lines: [] };
    } else if (mark === null) {
      open.lines.push(value.slice(open.indent));
    } else {
      const { line, info, lines } = open;
      blocks.push({
        line,
        value: { info: info.trim(), text: lines.map((each) => `${each}\n`).join('') },
      });
      open = undefined;
      // The paragraph before a block is not the paragraph after it.
      rest.push({ line: index + 1, value: '' });
    }
  });
  return { blocks, rest };
}

function codesOf(line: string): string[] {
  return [...line.matchAll(codePattern)].map((match) => match[1] ?? '');
}

function linksOf(line: string): string[] {
  return [...line.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
}

/** GitHub's names: lower case, no punctuation, dashes for spaces, and a number for a repeated heading. */
function anchorsOf(lines: readonly Located<string>[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  const anchors = new Set<string>();
  for (const { value } of lines) {
    const title = /^#{1,6} (.*)$/.exec(value)?.[1];
    if (title === undefined) continue;
    const name = title
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    anchors.add(count === 0 ? name : `${name}-${count}`);
  }
  return anchors;
}

function paragraphsOf(lines: readonly Located<string>[]): Located<string>[] {
  const paragraphs: Located<string>[] = [];
  let isOpen = false;
  for (const { line, value } of lines) {
    const text = value.trim();
    const isOutside = text === '' || /^(#|\||<!--)/.test(text);
    const item = /^(?:[-*]|\d+\.) (.*)$/.exec(text)?.[1];
    const last = paragraphs.at(-1);
    if (isOutside) {
      isOpen = false;
    } else if (isOpen && item === undefined && last !== undefined) {
      paragraphs[paragraphs.length - 1] = { line: last.line, value: `${last.value} ${text}` };
    } else {
      paragraphs.push({ line, value: item ?? text });
      isOpen = true;
    }
  }
  return paragraphs;
}
