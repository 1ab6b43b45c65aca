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

  test('converts the linear form', async () => {
    const name = newName()
    const linear = {
      name,
      steps: [
        { id: 'fetch', type: 'http', config: { url: 'https://crm.example' }, onError: 'alert' },
        { id: 'say', type: 'log', config: { message: 'done' }, next: null },
        { id: 'alert', type: 'log', config: { message: 'failed' } },
      ],
    }
    const { valid, problems } = (await world().call('POST', '/validate', { definition: linear })).json()
    expect({ valid, problems }).toEqual({ valid: true, problems: [] })
    const answer = await importIt(linear, { publish: true })
    expect(answer.json()).toMatchObject({ name, publishedVersion: 1, triggers: ['trigger.manual'] })
    expect(answer.json().draft.edges).toContainEqual({ from: 'fetch', to: 'alert', port: 'error' })
  })

  test('a linear form that leads nowhere is refused, and so is what is no form at all', async () => {
    const nowhere = await importIt({ name: newName(), steps: [{ type: 'log', next: 'ghost' }] })
    expect([nowhere.statusCode, nowhere.json().code]).toEqual([422, 'INVALID_DEFINITION'])
    expect(nowhere.json().problems).toMatchObject([
      { pointer: '/steps/0/next', code: 'DANGLING_EDGE' },
      { pointer: '/steps/0/params/message', code: 'INVALID_PARAM' },
    ])
    for (const definition of [5, null, [], {}, { name: 'x' }]) {
      const answer = await importIt(definition)
      expect([answer.statusCode, answer.json().code]).toEqual([422, 'UNKNOWN_FORMAT'])
    }
    const large = { name: newName(), steps: Array.from({ length: 10_001 }, () => ({ type: 'log' })) }
    expect((await importIt(large)).json().problems).toMatchObject([{ code: 'TOO_LARGE' }])
  })
})
