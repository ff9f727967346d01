import tseslint from 'typescript-eslint';
import js from '@eslint/js';

/** What the pure core may not know: AWS, HTTP, the clock, the environment, and the rooms around it. */
const coreImports = ['@aws-*', 'aws-*', '@middy/*', 'hono', 'hono/*', '**/adapters/**', '**/runtime/**', '**/web/**'];

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/cdk.out/', '.local/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', '*.mjs', 'dev/*.mjs', 'dev/lib/*.mjs', 'examples/*/*.js'] },
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  {
    files: ['lambdas/core/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: coreImports }],
      'no-restricted-globals': ['error', 'fetch', 'process', 'setTimeout', 'setInterval'],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: 'take `now` as a value' }],
    },
  },
  {
    files: ['lambdas/contract/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['../*', '@aws-*', 'aws-*', '@middy/*', 'hono*'] }] },
  },
  {
    files: ['lib/**', 'bin/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ regex: '/lambdas/(?!contract/)' }] }] },
  },
  {
    // so that it can be copied out
    files: ['examples/*/*/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['../../*'] }] },
  },
  { files: ['cli/**', 'dev/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.mjs', '**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        URL: 'readonly',
        AbortSignal: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
);
