import { readdirSync, readFileSync } from 'node:fs'
import { definition } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Scenario, scenario, traceOf, unsupported } from '../../src/conformance/index.js'
import { buildGraph, canonicalContent, foldEvents } from '../../src/index.js'
import { catalogue } from '../catalogue.js'
import { playScenario } from './play-scenario.js'

const folder = new URL('../../conformance/', import.meta.url)
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), 'utf8'))

const cases = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({
    name,
    definition: definition.parse(read(`${name}/workflow.json`)),
    script: scenario.parse(read(`${name}/scenario.json`)),
  }))
  .sort((one, other) => (one.script.wcp ?? Infinity) - (other.script.wcp ?? Infinity))

/** Each graph is drawn in its scenario, and above its trace. */
describe('control-flow patterns', () => {
  it.each(cases)('$name: the engine goes the way its trace says', async ({ name, definition, script }) => {
    const graph = buildGraph(definition, catalogue)
    const { events, state } = playScenario(graph, script)
    const origin = { trigger: 'start', input: script.input }
    expect(foldEvents(graph, origin, events, state.lastSeq)).toEqual(state)
    const lines = [`${script.pattern}: ${script.how}`, '', ...script.drawing, '', ...traceOf(graph, events)]
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`../../conformance/${name}/trace.txt`)
  })

  it('are told apart by what they run', () => {
    expect(new Set(cases.map((each) => canonicalContent({ ...each.definition, name: 'x' }))).size).toBe(
      cases.length,
    )
    for (const { name, definition } of cases) expect(definition.name).toBe(name)
  })
})

const numberOf = ({ wcp }: Pick<Scenario, 'wcp'>): string => (wcp === null ? '' : `WCP-${wcp}`)

const DOCUMENT = `# Control-flow patterns

Generated from \`packages/engine/conformance\`; a test fails when the two differ. Numbers are those of the
[Workflow Patterns](http://www.workflowpatterns.com/patterns/control/) catalogue (van der Aalst, ter Hofstede and others).

## Supported

Each is a definition that \`millrace deploy\` takes as it is. Its trace is what the run does, event by event: the engine
alone goes that way in \`packages/engine/test/conformance\`, and so do real workers behind the API in
\`services/standalone/test/conformance\`, there in any order of steps that do not wait for each other.

| pattern | | how | definition | trace |
|---|---|---|---|---|
${cases
  .map(({ name, script }) => {
    const at = `../packages/engine/conformance/${name}`
    const links = `[workflow.json](${at}/workflow.json) | [trace.txt](${at}/trace.txt)`
    return `| ${script.pattern} | ${numberOf(script)} | ${script.how} | ${links} |`
  })
  .join('\n')}

## Not supported

| pattern | | why | instead |
|---|---|---|---|
${z
  .array(unsupported)
  .parse(read('unsupported.json'))
  .map((each) => `| ${each.pattern} | ${numberOf(each)} | ${each.why} | ${each.instead} |`)
  .join('\n')}
`

it('docs/PATTERNS.md lists them all, and those that are not supported', async () => {
  await expect(DOCUMENT).toMatchFileSnapshot('../../../../docs/PATTERNS.md')
})
