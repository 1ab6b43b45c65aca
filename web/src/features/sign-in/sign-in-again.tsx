import { Modal, Text } from '@mantine/core'
import { SignInForm } from './sign-in-form.js'

interface SignInAgainProps {
  readonly email: string
  readonly onSubmit: (password: string) => Promise<void>
}

/** Over the page somebody works on: it stays as it is, and what it was about to send waits. */
export const SignInAgain = ({ email, onSubmit }: SignInAgainProps) => (
  <Modal
    opened
    onClose={() => undefined}
    withCloseButton={false}
    closeOnClickOutside={false}
    closeOnEscape={false}
    title="Your session has ended"
    size={380}
  >
    <Text size="sm" c="dimmed" mb="md">
      Sign in again to go on. The page behind stays as it is, and what was not yet saved is saved then.
    </Text>
    <SignInForm email={email} onSubmit={(_email, password) => onSubmit(password)} />
  </Modal>
)
