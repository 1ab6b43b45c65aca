import { type CredentialData, credentialSummary, page } from '@millrace/contracts'
import type { Client } from './client.js'

const credentialPage = page(credentialSummary)

/** Credentials by name. Their values go in and never come out (I8). */
export const createCredentialsApi = (client: Client) => ({
  list: (signal?: AbortSignal) =>
    client.call({ method: 'GET', path: '/credentials', signal }, credentialPage),

  /** Throws CREDENTIAL_NAME_TAKEN. */
  create: (name: string, credential: CredentialData) =>
    client.call({ method: 'POST', path: '/credentials', body: { name, credential } }, credentialSummary),

  remove: async (id: string): Promise<void> => {
    await client.open({ method: 'DELETE', path: `/credentials/${encodeURIComponent(id)}` })
  },
})

export type CredentialsApi = ReturnType<typeof createCredentialsApi>
