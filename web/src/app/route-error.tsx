import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { ProblemAlert } from '../components/problem-alert.js'

/** A page that could not be shown: what went wrong, and a way to try again without losing the address. */
export const RouteError = ({ error, reset }: ErrorComponentProps) => {
  const router = useRouter()
  const retry = () => {
    reset()
    void router.invalidate()
  }
  return (
    <div style={{ padding: 24, maxWidth: 640, margin: '0 auto' }}>
      <ProblemAlert error={error} onRetry={retry} />
    </div>
  )
}
