import { expect, test } from 'vitest'
import { readApiError } from './api-error.js'

test('a refusal keeps the digits of its large integers', async () => {
  const body = '{"code":"INVALID_REQUEST","status":400,"detail":"d","hint":"h","given":9007199254740993}'
  const error = await readApiError(new Response(body, { status: 400 }))
  expect(error).toMatchObject({ code: 'INVALID_REQUEST', problem: { given: 9007199254740993n } })
})

test('what is no problem document is told by its status', async () => {
  expect(await readApiError(new Response('<html>', { status: 502 }))).toMatchObject({ status: 502 })
})
