import { expect, test } from 'vitest'
import { RUN_TRANSITIONS, STEP_TRANSITIONS } from '../../src/index.js'

/** docs/RUN-LIFECYCLE.md is written from the engine's own tables: `npx vitest run -u` on this file brings it up to date. */

type Table = Record<string, Partial<Record<string, readonly string[]>>>

const TERMINAL = (table: Table): string[] =>
  Object.keys(table).filter((status) => Object.keys(table[status] ?? {}).length === 0)

/** One arrow for all the events that lead from one status to another. */
function drawDiagram(table: Table): string {
  const arrows = new Map<string, string[]>()
  for (const [from, events] of Object.entries(table)) {
    for (const [event, targets] of Object.entries(events))
      for (const to of targets ?? [])
        arrows.set(`${from} --> ${to}`, [...(arrows.get(`${from} --> ${to}`) ?? []), event])
  }
  return [
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> pending',
    ...[...arrows].map(([arrow, events]) => `  ${arrow}: ${events.join(', ')}`),
    ...TERMINAL(table).map((status) => `  ${status} --> [*]`),
    '```',
  ].join('\n')
}

const DOCUMENT = `# Life of a run, and of a step

Drawn from \`packages/engine/src/run/transitions.ts\`; a test fails when the two differ. Labels are the events that change
the status. An event that no arrow shows is refused: folding it throws.

## Run

A run is \`waiting\` while it is parked: it holds no worker. A terminal status is final; a retry is another run.

${drawDiagram(RUN_TRANSITIONS)}

## Step

A step \`waiting\` waits for a timer, an answer or the steps inside it; none of them holds one of the run's parallel places.

${drawDiagram(STEP_TRANSITIONS)}
`

test('docs/RUN-LIFECYCLE.md shows the tables as they are', async () => {
  await expect(DOCUMENT).toMatchFileSnapshot('../../../../docs/RUN-LIFECYCLE.md')
})
