// Elixir, run as a script.

import type { Language } from '../language.js';

export const elixir: Language = {
  name: 'elixir',
  title: 'Elixir',
  profile: 'standard',
  isWarmed: false,
  aliases: ['exs'],
  sourceFile: 'program.exs',
  comment: { line: '#' },
  defaultOptions: [],
  run: ['elixir', '{options}', '{source}', '{arguments}'],
  version: ['elixir', '--short-version'],
  // One scheduler: more would only take memory.
  environment: { ERL_FLAGS: '+S1:1' },
  hello: 'IO.puts("hello")\n',
  cases: {
    input: 'IO.write(IO.read(:eof))\n',
    arguments: 'Enum.each(System.argv(), &IO.puts/1)\n',
    exitCode: 'System.halt(3)\n',
    unicode: 'IO.puts("Grüße, 世界 😀")\n',
    syntaxError: { code: 'x = 1\ny = (\n', phase: 'run', says: 'TokenMissingError', line: 2 },
    runTimeError: {
      code: 'x = 0\nIO.puts(div(1, x))\n',
      phase: 'run',
      says: 'ArithmeticError',
      line: 2,
    },
    modules: {
      files: {
        'program.exs': 'Code.require_file("greeting.ex")\nGreeting.greet()\n',
        'greeting.ex': `defmodule Greeting do
  def greet, do: IO.puts("hello from a module")
end
`,
      },
    },
  },
  packages: { debian: ['elixir'], fedora: ['elixir'], suse: ['elixir'] },
};
