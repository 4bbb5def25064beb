// Erlang, run as a script: the function main/1.

import type { Language } from '../language.js';

/** The interpreter skips the first line, and counts from 1 behind it, unless that begins with `#!`. */
const compile = `case $(head -c 2 "$2") in
  '#!') cat "$2" ;;
  *) echo && cat "$2" ;;
esac >"$1" && chmod +x "$1"
`;

export const erlang: Language = {
  name: 'erlang',
  title: 'Erlang',
  profile: 'standard',
  isWarmed: false,
  aliases: ['escript', 'erl'],
  sourceFile: 'program.erl',
  comment: { line: '%' },
  defaultOptions: [],
  compile: ['sh', '-c', compile, 'sh', '{program}', '{source}'],
  run: ['escript', '{options}', '{program}', '{arguments}'],
  version: [
    'erl',
    '-noshell',
    '-eval',
    'io:format("Erlang/OTP ~s~n", [erlang:system_info(otp_release)]), halt().',
  ],
  // One scheduler: more would only take memory.
  environment: { ERL_FLAGS: '+S1:1' },
  hello: 'main(_) -> io:format("hello~n").\n',
  cases: {
    input: `main(Arguments) ->
  ok = io:setopts(standard_io, [{encoding, unicode}]),
  case io:get_chars("", 1024) of
    eof -> ok;
    Text -> io:put_chars(Text), main(Arguments)
  end.
`,
    arguments: 'main(Arguments) -> [io:format("~ts~n", [Argument]) || Argument <- Arguments].\n',
    exitCode: 'main(_) -> halt(3).\n',
    unicode: `main(_) ->
  ok = io:setopts([{encoding, unicode}]),
  io:format("~ts~n", ["Grüße, 世界 😀"]).
`,
    syntaxError: {
      code: 'main(_) ->\n  X = (.\n',
      phase: 'run',
      says: 'syntax error before',
      line: 2,
    },
    runTimeError: {
      code: 'main(Arguments) ->\n  1 / length(Arguments).\n',
      phase: 'run',
      says: 'exception error',
      line: 2,
    },
    modules: {
      files: {
        'program.erl': `main(_) ->
  {ok, greeting, Code} = compile:file("greeting", [binary]),
  {module, greeting} = code:load_binary(greeting, "greeting", Code),
  greeting:greet().
`,
        'greeting.erl': `-module(greeting).
-export([greet/0]).
greet() -> io:format("hello from a module~n").
`,
      },
    },
  },
  packages: { debian: ['erlang-base'], fedora: ['erlang'], suse: ['erlang'] },
};
