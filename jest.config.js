/** One project for what needs no deployed stack, one for what does, and one for what all of that one called. */
const common = {
  transform: {
    '^.+\\.(m?[jt]sx?)$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic', importSource: 'hono/jsx' } },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  // ESM-only packages, which Jest runs as CommonJS
  transformIgnorePatterns: ['/node_modules/(?!(@middy|oauth4webapi|get-port|hono|execa|listr2)/)'],
  testEnvironment: 'node',
};

export default {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/{test,examples}/**/*.test.{ts,tsx}'],
      testPathIgnorePatterns: ['/node_modules/', '/test/e2e/', '/test/after-e2e/'],
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
      globalSetup: '<rootDir>/test/e2e/support/hold-schedules.ts',
      globalTeardown: '<rootDir>/test/e2e/support/release-schedules.ts',
      setupFilesAfterEnv: ['<rootDir>/test/e2e/support/patience.ts'],
    },
    {
      ...common,
      displayName: 'after-e2e',
      testMatch: ['<rootDir>/test/after-e2e/**/*.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/e2e/support/patience.ts'],
    },
  ],
};
