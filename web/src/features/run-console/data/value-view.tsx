import { Button, Loader, Text } from '@mantine/core'
import type { Json, PayloadRef } from '@millrace/contracts'
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { JsonTree } from '../../../components/json-tree/json-tree.js'
import { ProblemAlert } from '../../../components/problem-alert.js'
import classes from './data.module.css'
import type { Value } from './values.js'

export type LoadPayload = (ref: PayloadRef, signal: AbortSignal) => Promise<Json>

interface ValueViewProps {
  readonly value: Value
  readonly label: string
  readonly expression: string | undefined
  /** What stands there where there is nothing. */
  readonly empty: string
  readonly loadPayload: LoadPayload
}

/** Stored values up to this are loaded without being asked for. Bytes. */
const AUTOMATIC_BYTES = 1_000_000

export const ValueView = ({ value, label, expression, empty, loadPayload }: ValueViewProps) => {
  if (value.kind === 'stored')
    return <StoredValue payload={value.ref} label={label} expression={expression} loadPayload={loadPayload} />
  if (value.kind === 'none')
    return (
      <Text size="sm" c="dimmed" p="xs">
        {empty}
      </Text>
    )
  return <JsonTree value={value.json} label={label} {...(expression === undefined ? {} : { expression })} />
}

interface StoredValueProps extends Pick<ValueViewProps, 'label' | 'expression' | 'loadPayload'> {
  readonly payload: PayloadRef
}

const StoredValue = ({ payload, label, expression, loadPayload }: StoredValueProps) => {
  const [isWanted, setIsWanted] = useState(payload.bytes <= AUTOMATIC_BYTES)
  const { data, error, refetch } = useQuery({
    queryKey: ['payload', payload.runId, payload.key],
    queryFn: ({ signal }) => loadPayload(payload, signal),
    enabled: isWanted,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  })
  if (error !== null) return <ProblemAlert error={error} onRetry={() => void refetch()} />
  if (data !== undefined)
    return <JsonTree value={data} label={label} {...(expression === undefined ? {} : { expression })} />
  if (isWanted) return <Loader size="sm" m="xs" />
  return (
    <div className={classes['stored']}>
      <Text size="sm">Stored apart, since it is large.</Text>
      <Button variant="default" leftSection={<Download size={14} />} onClick={() => setIsWanted(true)}>
        Load {(payload.bytes / 1e6).toFixed(1)} MB
      </Button>
    </div>
  )
}
