import { type CredentialData, credentialSummary, page, testCredentialAnswer } from '@millrace/contracts'
import type { Client } from './client.js'

const credentialPage = page(credentialSummary)

/** Credentials by name. Their values go in and never come out (I8). */
export const createCredentialsApi = (client: Client) => ({
  list: (signal?: AbortSignal) =>
    client.call({ method: 'GET', path: '/credentials', signal }, credentialPage),

  /** Throws CREDENTIAL_NAME_TAKEN. */
  create: (name: string, credential: CredentialData) =>
    client.call({ method: 'POST', path: '/credentials', body: { name, credential } }, credentialSummary),

  /** `url`: what is called with it, for the kinds that are tested by one. */
  test: (id: string, url: string | undefined) =>
    client.call(
      { method: 'POST', path: `/credentials/${encodeURIComponent(id)}/test`, body: { url } },
      testCredentialAnswer,
    ),

  /** The same before it is stored. */
  testNew: (credential: CredentialData, url: string | undefined) =>
    client.call(
      { method: 'POST', path: '/credentials/test', body: { credential, url } },
      testCredentialAnswer,
    ),

  remove: async (id: string): Promise<void> => {
    await client.open({ method: 'DELETE', path: `/credentials/${encodeURIComponent(id)}` })
  },
})

export type CredentialsApi = ReturnType<typeof createCredentialsApi>
