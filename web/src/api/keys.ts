/** Keys of what the query client keeps. An invalidation names a prefix: `keys.workflows` covers each of them. */
export const keys = {
  workflows: ['workflows'],
  workflow: (id: string) => ['workflows', id],
  runs: ['runs'],
  run: (id: string) => ['runs', id],
} as const
