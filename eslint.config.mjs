// What the linter is asked for. Formatting is prettier's business, types are tsc's, who may import whom is
// tests/tidy.test.ts's.

import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const everywhere = {
  eqeqeq: 'error',
  'no-cond-assign': 'error',
  'no-dupe-else-if': 'error',
  'no-empty': 'error',
  'no-loss-of-precision': 'error',
  'no-restricted-syntax': [
    'error',
    { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that has it.' },
  ],
  'no-self-assign': 'error',
  'no-unreachable-loop': 'error',
  'no-unsafe-finally': 'error',
  'no-useless-escape': 'error',
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
}

const noExit = { object: 'process', property: 'exit', message: 'It cuts off output: set process.exitCode.' }
const fromTheContext = (...properties) =>
  properties.map((property) => ({ object: 'process', property, message: 'Take it from the context (cli/context.ts).' }))
const fromTheClock = { object: 'Date', property: 'now', message: 'Take a Clock (tasks/clock.ts).' }
const outside = [noExit, ...fromTheContext('argv', 'env'), fromTheClock]

export default defineConfig(
  globalIgnores(['dist/', 'build/', '**/*.as.ts', '**/*.d.ts']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    files: ['src/**/*.ts', 'tests/**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...everywhere,
      'no-console': 'error',
      'no-restricted-properties': ['error', noExit],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Operators, stores and the like are small objects of closures; their methods do not use `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },

  // What is outside of the program comes in through few doors, so that tests can stand in for it.
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli.ts', 'src/runtime/cli/{process-context,threads}.ts', 'src/runtime/tasks/{clock,fault-point}.ts'],
    rules: { 'no-restricted-properties': ['error', ...outside] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli.ts', 'src/runtime/cli/**', 'src/runtime/stdio/**', 'src/runtime/tasks/{clock,fault-point}.ts'],
    rules: { 'no-restricted-properties': ['error', ...outside, ...fromTheContext('stdin', 'stdout', 'stderr')] },
  },

  {
    files: ['tests/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'it', 'suite', 'describe'] },
            { from: 'package', package: 'node:test', name: ['before', 'after', 'beforeEach', 'afterEach'] },
          ],
        },
      ],
    },
  },

  {
    files: ['**/*.mjs', 'bin/ks'],
    extends: [tseslint.configs.recommended],
    rules: everywhere,
  },
)
