import { expect, test } from 'vitest'
import { useWorld } from './world.js'

const world = useWorld()
const CANARY = 'canary-5f1c2e'
const body = { name: 'api', credential: { type: 'basic', data: { username: 'me', password: CANARY } } }

test('values go in and never come out', async () => {
  const made = await world().call('POST', '/credentials', body)
  expect(made.statusCode).toBe(201)
  const list = await world().call('GET', '/credentials')
  expect(list.json().items).toEqual([made.json()])
  const again = await world().call('POST', '/credentials', body)
  expect([again.statusCode, again.json().code]).toEqual([409, 'CREDENTIAL_NAME_TAKEN'])
  const invalid = await world().call('POST', '/credentials', {
    name: 'x',
    credential: { type: 'postgres', data: { url: [CANARY], other: CANARY } },
  })
  expect(invalid.statusCode).toBe(400)
  for (const answer of [made, list, again, invalid]) expect(answer.body).not.toContain(CANARY)

  expect((await world().call('DELETE', `/credentials/${made.json().id}`)).statusCode).toBe(204)
  expect((await world().call('DELETE', `/credentials/${made.json().id}`)).statusCode).toBe(404)
  expect((await world().call('DELETE', '/credentials/api')).statusCode).toBe(400)
})

test.each(['__proto__', '', ' x', 'a'.repeat(129), 'a\nb'])('the name %o is refused', async (name) => {
  expect((await world().call('POST', '/credentials', { ...body, name })).statusCode).toBe(400)
})
