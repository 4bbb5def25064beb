// Gambas, a BASIC with objects.

import type { Language } from '../language.js';

export const gambas: Language = {
  name: 'gambas',
  title: 'Gambas',
  profile: 'full',
  isWarmed: false,
  aliases: ['gbs3'],
  sourceFile: 'program.gbs',
  comment: { line: "'" },
  defaultOptions: [],
  run: ['gbs3', '{options}', '{source}', '{arguments}'],
  version: ['gbs3', '--version'],
  hello: 'Print "hello"\n',
  cases: {
    input: `Dim text As String
While Not Eof(File.In)
  Line Input #File.In, text
  Print text
Wend
`,
    arguments: `Dim i As Integer
For i = 1 To Args.Max
  Print Args[i]
Next
`,
    exitCode: 'Quit 3\n',
    unicode: 'Print "Grüße, 世界 😀"\n',
    syntaxError: {
      code: `Print "begun"
Print )
`,
      phase: 'run',
      says: 'nexpected',
      line: 2,
    },
    runTimeError: {
      code: `Print "begun"
Error.Raise("it fails")
`,
      phase: 'run',
      says: 'it fails',
    },
    modules: { inapplicable: 'has no modules' },
  },
  packages: { debian: ['gambas3-scripter'], fedora: [], suse: [] },
};
