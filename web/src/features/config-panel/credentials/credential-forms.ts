import { type CredentialData, credentialData } from '@millrace/contracts'
import { z } from 'zod'
import { titleOf } from '../../../components/schema-form/model/describe-form.js'
import { parseJsonSchema } from '../../../components/schema-form/model/json-schema.js'

export interface CredentialForm {
  readonly type: CredentialData['type']
  readonly title: string
  readonly fields: readonly { readonly name: string; readonly title: string; readonly secret: boolean }[]
}

/** What may be seen while it is typed. */
const OPEN: ReadonlySet<string> = new Set(['username', 'name'])

/** What each kind of credential holds, from its contract. */
export const CREDENTIAL_FORMS: readonly CredentialForm[] = credentialData.options.map((option) => {
  const { properties } = parseJsonSchema(z.json().parse(z.toJSONSchema(option.shape.data)))
  const type = option.shape.type.value
  return {
    type,
    title: titleOf(type),
    fields: Object.keys(properties ?? {}).map((name) => ({
      name,
      title: titleOf(name),
      secret: !OPEN.has(name),
    })),
  }
})
