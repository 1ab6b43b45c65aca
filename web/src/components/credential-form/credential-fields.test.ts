import { credentialData } from '@millrace/contracts'
import { expect, test } from 'vitest'
import { CREDENTIAL_KINDS, readCredential } from './credential-fields.js'

test.each(credentialData.options)('asks for just the fields of the contract', (option) => {
  const asked = CREDENTIAL_KINDS[option.shape.type.value].fields.map(({ name }) => name)
  expect(asked).toEqual(Object.keys(option.shape.data.shape))
})

test('reads a filled form, and drops what another kind had', () => {
  expect(readCredential('crm', 'bearer', { token: 't', password: 'left over' })).toEqual({
    valid: true,
    name: 'crm',
    credential: { type: 'bearer', data: { token: 't' } },
  })
})

test('says which fields are wrong', () => {
  expect(readCredential('-', 'header', { name: 'X Api Key' })).toEqual({
    valid: false,
    problems: {
      credentialName: expect.stringMatching(/letter or digit/),
      name: 'This is not allowed here',
    },
  })
  expect(readCredential('crm', 'secret', {})).toMatchObject({ problems: { secret: 'This is needed' } })
})
