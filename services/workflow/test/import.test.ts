import { describe, expect, test } from 'vitest'
import { newName, simpleFlow, useWorld, webhookFlow } from './world.js'

const world = useWorld()

const importIt = (definition: unknown, options: object = {}, role: 'admin' | 'editor' = 'editor') =>
  world().call('POST', '/workflows/import', { definition, ...options }, { role })

describe('import', () => {
  test('makes a workflow, then a new draft of it; publishes when told to', async () => {
    const name = newName()
    const first = await importIt(simpleFlow(name))
    expect(first.statusCode).toBe(200)
    expect(first.json()).toMatchObject({ name, draftRevision: 1, publishedVersion: null })
    const second = await importIt(simpleFlow(name, { description: 'two' }), { publish: true })
    expect(second.json()).toMatchObject({ id: first.json().id, draftRevision: 2, publishedVersion: 1 })
  })

  test('with publish both happen or neither', async () => {
    const name = newName()
    await importIt(webhookFlow(newName(), 'import-taken'), { publish: true })
    const taken = await importIt(webhookFlow(name, 'import-taken'), { publish: true })
    expect([taken.statusCode, taken.json().code]).toEqual([409, 'WEBHOOK_PATH_TAKEN'])
    expect((await world().call('GET', `/workflows/${name}`)).statusCode).toBe(404)
  })
})
