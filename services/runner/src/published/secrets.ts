import { type CredentialData, MillraceError } from '@millrace/contracts'

/**
 * Reads the secret of a webhook's credential. A credential that is missing, unreadable or of another type gives
 * undefined: the webhook then refuses everything, and its caller cannot tell these apart.
 */
export const secretReader =
  (useCredential: (workspaceId: string, name: string) => Promise<CredentialData>) =>
  async (workspaceId: string, name: string): Promise<string | undefined> => {
    try {
      const credential = await useCredential(workspaceId, name)
      return credential.type === 'secret' ? credential.data.secret : undefined
    } catch (error) {
      if (error instanceof MillraceError && UNUSABLE.has(error.code)) return undefined
      throw error
    }
  }

const UNUSABLE: ReadonlySet<string> = new Set(['CREDENTIAL_NOT_FOUND', 'CREDENTIAL_UNREADABLE'])
