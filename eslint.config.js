import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import ownRules from './test/eslint-rules.js';

// What the type checker can't see: forgotten promises, switches that miss a case, `any` that creeps in. How the code
// looks is Biome's, who imports whom is dependency-cruiser's. A rule that is off says why.

const environmentIsAnEntrysBusiness =
  'Only the entry file of a program reads the environment; hand the value down.';

export default defineConfig(
  globalIgnores(['services/gen/**', 'dist/**', 'dist.new/**', 'coverage/**']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',

      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: environmentIsAnEntrysBusiness },
      ],
      'no-restricted-imports': [
        'error',
        { name: 'node:process', importNames: ['env'], message: environmentIsAnEntrysBusiness },
        { name: 'process', message: 'Use the global.' },
      ],

      // A number in a text is what it looks like; objects, null and undefined stay forbidden.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => socket.destroy()` is how a callback is written here, and `return this.#lose(...)` how a function that
      // returns nothing ends early. The types say which functions those are.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // The underscore says that a value is left out on purpose.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      // It is wrong wherever something changes meanwhile: `signal.aborted` after an await, a flag that a listener
      // sets, a value of an enumeration that came over the wire.
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    plugins: { own: ownRules },
    rules: {
      'own/plain-words': 'error',
      'max-lines': ['error', 500],
    },
  },
  {
    // Tests are named after what they test, and a test of a long story is long.
    files: ['{services,guest,deploy}/**/*.ts', 'test/{support,bench,soak,fuzz}/**/*.ts'],
    rules: {
      'own/head-sentence': 'error',
      'max-lines-per-function': ['error', 70],
    },
  },
  {
    files: ['{services,guest,deploy}/**/*.ts'],
    rules: { 'max-lines': ['error', 300] },
  },
  {
    files: ['services/*/main.ts', 'services/cli/*.ts', 'guest/server/main.ts', 'test/**/*.ts'],
    rules: {
      // These are entry files, and tests, which start them.
      'no-restricted-properties': 'off',
      'no-restricted-imports': 'off',
    },
  },
  {
    // The same files as in .dependency-cruiser.cjs.
    files: [
      'services/executor/admission/*.ts',
      'services/pbot/**/*.ts',
      'services/executor/execution/{execution,result}.ts',
      'services/executor/machine/session-state.ts',
      'services/watchdog/{heartbeat,machine-state}.ts',
      'services/watchdog/policy/*.ts',
      'services/snapshot/{revert,keyed-mutex,snapshots,domain}.ts',
      'services/lib/access/quota.ts',
    ],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['Date', 'performance', 'process', 'setTimeout', 'setInterval'].map((name) => ({
          name,
          message: 'Decisions are made with times and values that are passed in.',
        })),
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A fake keeps the promise of the interface that it stands in for, with nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // `expect.stringContaining` and its like are of type `any`; they are compared, not used.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // A hostile guest sends numbers that no enumeration has.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
    },
  },
);
