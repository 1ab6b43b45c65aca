import { type CredentialData, credentialSummary } from '@millrace/contracts'
import type { Transport } from '../transport.js'
import { list } from './page.js'

/** Values are write-only: nothing here ever gives one back. */
export const createCredentials = (transport: Transport) => ({
  list: () => list(transport, '/credentials', credentialSummary),
  create: (name: string, credential: CredentialData) =>
    transport.call({ method: 'POST', path: '/credentials', body: { name, credential } }, credentialSummary),
  async remove(id: string): Promise<void> {
    await transport.open({ method: 'DELETE', path: `/credentials/${encodeURIComponent(id)}` })
  },
})
