import { Button, Group, Text } from '@mantine/core'
import { CircleDot, History, PlugZap, WifiOff } from 'lucide-react'
import type { ReactNode } from 'react'
import type { StreamState } from '../../../api/sse.js'

interface ConnectionStateProps {
  readonly stream: StreamState
  readonly isLive: boolean
  readonly onReconnect: () => void
}

/** Whether what is on the screen is what happens now. Said to those who hear it as well, without interrupting. */
export const ConnectionState = ({ stream, isLive, onReconnect }: ConnectionStateProps) => (
  <Group gap={6} role="status" aria-live="polite">
    {!isLive ? <Look icon={<History size={14} aria-hidden />} word="Looking back" /> : lookOf(stream)}
    {stream.kind === 'reconnecting' && (
      <Button size="compact-xs" variant="default" onClick={onReconnect}>
        Reconnect now
      </Button>
    )}
  </Group>
)

const lookOf = (stream: StreamState): ReactNode => {
  switch (stream.kind) {
    case 'connecting':
      return <Look icon={<PlugZap size={14} aria-hidden />} word="Connecting …" />
    case 'live':
      return <Look icon={<CircleDot size={14} color="var(--mr-state-running)" aria-hidden />} word="Live" />
    case 'reconnecting':
      return (
        <Look
          icon={<WifiOff size={14} color="var(--mr-state-failed)" aria-hidden />}
          word={`Reconnecting, try ${stream.attempt}; nothing is lost`}
        />
      )
    default:
      return null
  }
}

const Look = ({ icon, word }: { readonly icon: ReactNode; readonly word: string }) => (
  <>
    {icon}
    <Text size="xs" c="dimmed">
      {word}
    </Text>
  </>
)
