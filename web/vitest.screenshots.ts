import { defineConfig } from 'vitest/config'

/** `make screenshots`: the surfaces of the app, in both themes, into docs/screenshots. */
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  resolve: { conditions: ['@millrace/source'] },
  ssr: { resolve: { conditions: ['@millrace/source'] } },
  test: {
    include: ['web/test/screenshots/*.shots.ts'],
    setupFiles: ['packages/testkit/src/patience/setup.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
})
