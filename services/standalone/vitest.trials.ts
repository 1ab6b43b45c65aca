import { defineConfig } from 'vitest/config'

/** `make trials`: what needs servers beside Postgres and Redis: nginx, pgbouncer, another Postgres. */
export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  resolve: { conditions: ['@millrace/source'] },
  ssr: { resolve: { conditions: ['@millrace/source'] } },
  test: {
    include: ['{packages,services}/*/test/**/*.trial.ts'],
    globalSetup: ['packages/testkit/src/global-setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    setupFiles: ['packages/testkit/src/patience/setup.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
