import { defineConfig } from 'vitest/config'

/** `make bench-web`: the web app's budgets, measured in a browser on the real product. */
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  resolve: { conditions: ['@millrace/source'] },
  ssr: { resolve: { conditions: ['@millrace/source'] } },
  test: {
    include: ['web/test/bench/*.bench.ts'],
    // A database of its own, in which the benchmark plays the worker.
    globalSetup: ['packages/testkit/src/global-setup.ts'],
    setupFiles: ['packages/testkit/src/patience/setup.ts'],
    testTimeout: 600_000,
    hookTimeout: 180_000,
  },
})
