import { describe, expect, test } from 'vitest'
import { newName, simpleFlow, useWorld, webhookFlow } from './world.js'

const world = useWorld()

const deploy = (definition: unknown, options: object = {}) =>
  world().call('POST', '/workflows/deploy', { definition, ...options }, { role: 'editor' })
const read = async (name: string) => (await world().call('GET', `/workflows/${name}`)).json()

describe('deploying', () => {
  test('makes a workflow, publishes it, and says where its webhooks are called', async () => {
    const name = newName()
    const first = await deploy(webhookFlow(name, 'deploy/one'), { message: 'first' })
    expect(first.statusCode).toBe(201)
    const { id } = await read(name)
    const webhooks = [
      {
        workflowId: id,
        node: 'start',
        method: 'POST',
        url: 'https://millrace.example/hooks/home/deploy/one',
      },
    ]
    expect(first.json()).toMatchObject({
      workflow: { id, name },
      version: { number: 1, message: 'first' },
      created: true,
      webhooks,
    })
    const again = await deploy(webhookFlow(name, 'deploy/one'))
    expect([again.statusCode, again.json()]).toMatchObject([200, { version: { number: 1 }, created: false }])
    expect((await world().call('GET', '/webhooks')).json().items).toContainEqual(webhooks[0])
    const others = await world().call('GET', '/webhooks', undefined, { workspace: world().away })
    expect(others.json()).toEqual({ items: [] })
  })

  test('changes nothing when anything is wrong', async () => {
    const name = newName()
    await deploy(webhookFlow(newName(), 'deploy/taken'))
    expect((await deploy(webhookFlow(name, 'deploy/taken'))).json().code).toBe('WEBHOOK_PATH_TAKEN')
    expect((await world().call('GET', `/workflows/${name}`)).statusCode).toBe(404)

    await deploy(simpleFlow(name))
    const before = await read(name)
    const nodes = [{ id: 'x', type: 'no.such' }]
    expect((await deploy(simpleFlow(name, { nodes }))).json().code).toBe('INVALID_DEFINITION')
    expect((await deploy(webhookFlow(name, 'deploy/taken'), { force: true })).json().code).toBe(
      'WEBHOOK_PATH_TAKEN',
    )
    expect(await read(name)).toEqual(before)
  })

  test('does not replace a draft with unpublished changes unless told to', async () => {
    const name = newName()
    await deploy(simpleFlow(name))
    const colleague = simpleFlow(name, { description: 'mine', settings: { priority: 'high' } })
    await world().call('PUT', `/workflows/${name}/draft`, { definition: colleague, baseRevision: 1 })
    const mine = simpleFlow(name, { settings: { priority: 'low' } })
    const refused = await deploy(mine)
    expect([refused.statusCode, refused.json()]).toMatchObject([
      409,
      { code: 'DRAFT_CONFLICT', currentRevision: 2 },
    ])
    expect((await deploy(mine, { baseRevision: 1 })).json().code).toBe('DRAFT_CONFLICT')
    expect((await read(name)).draft.description).toBe('mine')
    expect((await deploy(mine, { baseRevision: 2 })).json().version.number).toBe(2)
    await world().call('PUT', `/workflows/${name}/draft`, { definition: colleague, baseRevision: 3 })
    expect((await deploy(colleague)).json().version.number).toBe(3)
    await world().call('PUT', `/workflows/${name}/draft`, { definition: simpleFlow(name), baseRevision: 4 })
    expect((await deploy(mine, { force: true })).json().version.number).toBe(4)
  })

  test('takes the linear form, with every problem at its place in that form', async () => {
    const name = newName()
    const linear = { name, steps: [{ id: 'say', type: 'log', config: { message: 'x' } }] }
    expect((await deploy(linear)).json()).toMatchObject({ workflow: { name }, created: true })
    const bad = {
      name,
      steps: [
        { id: 'say', type: 'lgo', config: { message: 'x' }, next: 'ghost' },
        { id: 'get', type: 'http', config: {} },
      ],
    }
    const places = ({ problems }: { problems: { pointer: string }[] }) =>
      problems.map(({ pointer }) => pointer)
    const checked = (await world().call('POST', '/validate', { definition: bad })).json()
    expect(places(checked)).toEqual(
      expect.arrayContaining(['/steps/0/next', '/steps/0/type', '/steps/1/config/url']),
    )
    expect(places((await deploy(bad)).json())).toEqual(places(checked))
  })
})
