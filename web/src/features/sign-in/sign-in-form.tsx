import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { ProblemAlert } from '../../components/problem-alert.js'

interface SignInFormProps {
  /** Fixed when the same person comes back to an open page. */
  readonly email?: string
  /** Throws ApiError when refused. */
  readonly onSubmit: (email: string, password: string) => Promise<void>
}

export const SignInForm = ({ email: fixed, onSubmit }: SignInFormProps) => {
  const [email, setEmail] = useState(fixed ?? '')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    await onSubmit(email, password).catch(setError)
    setBusy(false)
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {error !== undefined && <ProblemAlert error={error} />}
        <TextInput
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          required
          readOnly={fixed !== undefined}
          data-autofocus={fixed === undefined || undefined}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': 'Show what is typed' }}
          required
          size="sm"
          data-autofocus={fixed !== undefined || undefined}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" size="sm" loading={busy} fullWidth>
          Sign in
        </Button>
      </Stack>
    </form>
  )
}
