// Go.

import type { Language } from '../language.js';
import { quickBuild } from './go-build.js';

// Without what debuggers read the linker took 0.5 s in place of 0.8 in an emulated guest. Go's own traces do not need it.
const options = ['-ldflags=-w'] as const;

export const go: Language = {
  name: 'go',
  title: 'Go',
  profile: 'minimal',
  isWarmed: true,
  aliases: ['golang'],
  sourceFile: 'program.go',
  comment: { begin: '/*', end: '*/' },
  compiledWithIt: { suffixes: ['.go'], inAllDirectories: false },
  defaultOptions: options,
  compile: ['go', 'build', '{options}', '-o', '{program}', '{sources}'],
  quickStart: quickBuild(options),
  // What a module imports from elsewhere is not there: there is no network.
  project: {
    compile: ['go', 'build', '{options}', '-o', '{program}', '{package}'],
    environment: {
      GOFLAGS: '-trimpath -mod=mod',
      GOPROXY: 'off',
      GOTOOLCHAIN: 'local',
      // The index of packages would be written to the cache, which is read-only.
      GODEBUG: 'goindex=0',
    },
  },
  projectFiles: ['go.mod', 'go.sum'],
  run: ['{program}', '{arguments}'],
  version: ['go', 'version'],
  // The standard library is compiled once, when the machine is set up; a cold cache costs minutes under emulation. With modules Go has
  // an index of the library there, too, and reads none of its sources: 0.2 s in place of 0.4 in an emulated guest.
  environment: { GOCACHE: '/var/cache/pbot-vm/go', GOFLAGS: '-trimpath', GO111MODULE: 'on' },
  hello: 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n',
  cases: {
    input:
      'package main\n\nimport (\n\t"io"\n\t"os"\n)\n\nfunc main() { io.Copy(os.Stdout, os.Stdin) }\n',
    arguments:
      'package main\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc main() {\n\tfor _, argument := range os.Args[1:] {\n\t\tfmt.Println(argument)\n\t}\n}\n',
    exitCode: 'package main\n\nimport "os"\n\nfunc main() { os.Exit(3) }\n',
    unicode: 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("Grüße, 世界 😀") }\n',
    syntaxError: {
      code: 'package main\n\nfunc main() { x := }\n',
      phase: 'compile',
      says: 'syntax error',
      line: 3,
    },
    runTimeError: {
      code: 'package main\n\nfunc main() {\n\tvar x []int\n\tprintln(x[1])\n}\n',
      phase: 'run',
      says: 'index out of range',
      line: 5,
    },
    modules: {
      files: {
        'program.go': 'package main\n\nfunc main() { greet() }\n',
        'greeting.go':
          'package main\n\nimport "fmt"\n\nfunc greet() { fmt.Println("hello from a module") }\n',
      },
    },
  },
  packages: { debian: ['golang-go'], fedora: ['golang'], suse: ['go'] },
};
