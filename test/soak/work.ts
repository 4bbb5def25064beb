// Makes harmless programs whose answers are known and never the same twice.

import type { SeededRandom } from './random.js';

/** A harmless program, and what it must print. */
export interface Work {
  readonly kind: string;
  readonly language: string;
  readonly code: string;
  /** All of its standard output. It prints nothing else and exits with 0. */
  readonly answer: string;
}

/** Makes a program whose answer no other one shares: one that came to the wrong client, or twice, is seen. */
export function makeWork(random: SeededRandom): Work {
  const [a, b] = [random.between(1000, 30_000), random.between(1000, 30_000)];
  return random.pick(kinds)(a, b);
}

const kinds: readonly ((a: number, b: number) => Work)[] = [
  (a, b) => ({
    kind: 'sh, a sum',
    language: 'sh',
    code: `echo "$((${a} * ${b})) ${a} ${b}"`,
    answer: `${a * b} ${a} ${b}\n`,
  }),
  (a, b) => ({
    kind: 'sh, processes and files',
    language: 'sh',
    code: `echo ${a} >one; echo ${b} >two; cat two one two | sort -n | uniq -c | tr -s ' '; ls | wc -l`,
    answer: counted(a, b),
  }),
  (a, b) => ({
    kind: 'bash, an array',
    language: 'bash',
    code: `numbers=(${a} ${b}); echo "\${numbers[1]} \${numbers[0]} \${#numbers[@]}"`,
    answer: `${b} ${a} 2\n`,
  }),
  (a, b) => ({
    kind: 'python3, large numbers',
    language: 'python3',
    code: `print(${a} ** 9 * ${b} ** 7)`,
    answer: `${BigInt(a) ** 9n * BigInt(b) ** 7n}\n`,
  }),
  (a, b) => ({
    kind: 'python3, much output',
    language: 'python3',
    code: `print('${a}-${b} ' * 40000)`,
    answer: `${`${a}-${b} `.repeat(40_000)}\n`,
  }),
  (a, b) => ({
    kind: 'perl, a text turned round',
    language: 'perl',
    code: `print scalar reverse("${a} and ${b}"), "\\n";`,
    answer: `${Array.from(`${a} and ${b}`).reverse().join('')}\n`,
  }),
  (a, b) => ({
    kind: 'lua, a loop',
    language: 'lua',
    code: `local sum = 0\nfor i = 1, ${a} do sum = sum + ${b} end\nprint(sum)`,
    answer: `${a * b}\n`,
  }),
  (a, b) => ({
    kind: 'javascript, an object',
    language: 'javascript',
    code: `console.log(JSON.stringify({ a: ${a}, sum: ${a} + ${b} }))`,
    answer: `{"a":${a},"sum":${a + b}}\n`,
  }),
  (a, b) => ({
    kind: 'c11, compiled',
    language: 'c11',
    code: `#include <stdio.h>\nint main(void) { printf("%ld\\n", ${a}L * ${b}L + ${a}L); return 0; }\n`,
    answer: `${a * b + a}\n`,
  }),
];

function counted(a: number, b: number): string {
  // The program itself, and the two that it makes.
  const files = '3\n';
  if (a === b) return ` 3 ${a}\n${files}`;
  return `${a < b ? ` 1 ${a}\n 2 ${b}\n` : ` 2 ${b}\n 1 ${a}\n`}${files}`;
}
