// Haskell, compiled with GHC.

import type { Language } from '../language.js';

export const haskell: Language = {
  name: 'haskell',
  title: 'Haskell (GHC)',
  profile: 'standard',
  isWarmed: false,
  aliases: ['hs', 'ghc'],
  sourceFile: 'program.hs',
  comment: { begin: '{-', end: '-}' },
  defaultOptions: [],
  // Its intermediate files would lie among those of the program.
  compile: [
    'ghc',
    '-v0',
    '-outputdir',
    '{program}.made',
    '{options}',
    '-o',
    '{program}',
    '{source}',
  ],
  run: ['{program}', '{arguments}'],
  version: ['ghc', '--version'],
  neededMemoryMiB: 200,
  hello: 'main :: IO ()\nmain = putStrLn "hello"\n',
  cases: {
    input: 'main :: IO ()\nmain = interact id\n',
    arguments: 'import System.Environment\n\nmain :: IO ()\nmain = getArgs >>= mapM_ putStrLn\n',
    exitCode: 'import System.Exit\n\nmain :: IO ()\nmain = exitWith (ExitFailure 3)\n',
    unicode: 'main :: IO ()\nmain = putStrLn "Grüße, 世界 😀"\n',
    syntaxError: { code: 'main :: IO ()\nmain = (\n', phase: 'compile', says: 'error', line: 3 },
    runTimeError: {
      code: 'main :: IO ()\nmain = print (head ([] :: [Int]))\n',
      phase: 'run',
      says: 'empty list',
    },
    modules: {
      files: {
        'program.hs': 'import Greeting\n\nmain :: IO ()\nmain = greet\n',
        'Greeting.hs':
          'module Greeting where\n\ngreet :: IO ()\ngreet = putStrLn "hello from a module"\n',
      },
    },
  },
  packages: { debian: ['ghc'], fedora: ['ghc'], suse: ['ghc'] },
};
