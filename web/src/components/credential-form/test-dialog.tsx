import { Modal } from '@mantine/core'
import type { CredentialSummary } from '@millrace/contracts'
import { useApi } from '../../api/context.js'
import { CredentialTest } from './credential-test.js'

interface TestDialogProps {
  readonly credential: CredentialSummary
  readonly suggestedUrl?: string | undefined
  readonly onClose: () => void
}

/** Tries a credential that is stored. */
export const TestDialog = ({ credential, suggestedUrl, onClose }: TestDialogProps) => {
  const { credentials } = useApi()
  return (
    <Modal opened onClose={onClose} title={`Test ${credential.name}`} size={440}>
      <CredentialTest
        type={credential.type}
        subject={credential.id}
        suggestedUrl={suggestedUrl}
        test={(url) => credentials.test(credential.id, url)}
      />
    </Modal>
  )
}
