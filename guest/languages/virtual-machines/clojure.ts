// Clojure.

import type { Language } from '../language.js';
import { jvmOptions } from './jvm-options.js';

// The command `clojure` passes no options to the virtual machine.
const classPath = '/usr/share/java/clojure.jar:.';

export const clojure: Language = {
  name: 'clojure',
  title: 'Clojure',
  profile: 'full',
  isWarmed: false,
  aliases: ['clj'],
  sourceFile: 'program.clj',
  comment: { line: ';' },
  defaultOptions: [],
  run: [
    'java',
    ...jvmOptions,
    '-cp',
    classPath,
    'clojure.main',
    '{options}',
    '{source}',
    '{arguments}',
  ],
  version: ['clojure', '-e', '(println (clojure-version))'],
  neededMemoryMiB: 200,
  hello: '(println "hello")\n',
  cases: {
    input: '(print (slurp *in*))\n(flush)\n',
    arguments: '(doseq [argument *command-line-args*] (println argument))\n',
    exitCode: '(System/exit 3)\n',
    unicode: '(println "Grüße, 世界 😀")\n',
    syntaxError: {
      code: '(def x 1)\n(def y 1))\n',
      phase: 'run',
      says: 'Unmatched delimiter',
      line: 2,
    },
    runTimeError: {
      code: '(def x 0)\n(println (/ 1 x))\n',
      phase: 'run',
      says: 'Divide by zero',
      line: 2,
    },
    modules: {
      files: {
        'program.clj': "(require 'greeting)\n(greeting/greet)\n",
        'greeting.clj': '(ns greeting)\n(defn greet [] (println "hello from a module"))\n',
      },
    },
  },
  packages: { debian: ['clojure'], fedora: ['clojure'], suse: [] },
};
