/** Keys of what the query client keeps. An invalidation names a prefix: `keys.workflows` covers each of them. */
export const keys = {
  workflows: ['workflows'],
  workflowList: (search: string) => ['workflows', 'list', search],
  workflow: (id: string) => ['workflows', 'one', id],
  runsUnderWay: (id: string) => ['workflows', 'one', id, 'runs-under-way'],
  versions: (workflowId: string) => ['workflows', 'one', workflowId, 'versions'],
  version: (workflowId: string, number: number) => ['workflows', 'one', workflowId, 'versions', number],
  runs: ['runs'],
  runList: (filter: object) => ['runs', 'list', filter],
  run: (id: string) => ['runs', 'one', id],
  credentials: ['credentials'],
} as const
