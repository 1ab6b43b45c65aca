import { type CredentialData, credentialSummary, testCredentialAnswer } from '@millrace/contracts'
import type { Transport } from '../transport.js'
import { list } from './page.js'

/** Values are write-only: nothing here ever gives one back. */
export const createCredentials = (transport: Transport) => ({
  list: () => list(transport, '/credentials', credentialSummary),
  create: (name: string, credential: CredentialData) =>
    transport.call({ method: 'POST', path: '/credentials', body: { name, credential } }, credentialSummary),
  /** Tries a stored one. `url` is what is called with it, where its type is tested by a URL (CREDENTIAL_TESTS). */
  test: (id: string, target: { readonly url?: string } = {}) =>
    transport.call(
      { method: 'POST', path: `/credentials/${encodeURIComponent(id)}/test`, body: target },
      testCredentialAnswer,
    ),
  /** The same before it is stored. */
  testNew: (credential: CredentialData, target: { readonly url?: string } = {}) =>
    transport.call(
      { method: 'POST', path: '/credentials/test', body: { credential, ...target } },
      testCredentialAnswer,
    ),
  async remove(id: string): Promise<void> {
    await transport.open({ method: 'DELETE', path: `/credentials/${encodeURIComponent(id)}` })
  },
})
