import { defineConfig } from 'vitest/config'

// Tests read the packages' sources; processes that tests start run the built `dist`, as users do.
export default defineConfig({
  resolve: { conditions: ['@millrace/source'] },
  ssr: { resolve: { conditions: ['@millrace/source'] } },
  test: {
    include: [
      '{packages,services}/*/{src,test}/**/*.test.ts',
      '{db,bench}/{src,test}/**/*.test.ts',
      'web/{src,test}/**/*.test.{ts,tsx}',
    ],
    reporters: ['default', './packages/testkit/src/summary-reporter.ts'],
    globalSetup: ['packages/testkit/src/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    setupFiles: ['packages/testkit/src/patience/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
