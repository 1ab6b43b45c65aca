import { Button, Loader, SegmentedControl, Select } from '@mantine/core'
import type { Version } from '@millrace/contracts'
import { FileWarning, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { EmptyState } from '../../components/empty-state.js'
import { ProblemAlert } from '../../components/problem-alert.js'
import { ChangeList } from './change-list.js'
import { changesBetween, textOf } from './changes.js'
import { TextDiff } from './text-diff.js'
import { type Side, type SideDefinition, useSide } from './use-versions.js'
import classes from './versions.module.css'

interface ComparisonProps {
  readonly workflowId: string
  readonly versions: readonly Version[]
  readonly before: Side
  readonly after: Side
  readonly onBefore: (side: number) => void
  readonly onRestore: (number: number) => void
}

export const sideName = (side: Side): string => (side === 'draft' ? 'Draft' : `v${side}`)

export const Comparison = (props: ComparisonProps) => {
  const { workflowId, versions, before, after, onBefore, onRestore } = props
  const [view, setView] = useState('changes')
  const latest = versions[0]?.number
  return (
    <section className={classes['comparison']} aria-label="Comparison">
      <div className={classes['tools']}>
        <strong>{sideName(after)} compared with</strong>
        <Select
          aria-label="Compared with"
          size="xs"
          w={90}
          allowDeselect={false}
          data={versions.map(({ number }) => ({ value: String(number), label: `v${number}` }))}
          value={String(before)}
          onChange={(value) => onBefore(Number(value))}
        />
        <SegmentedControl
          size="xs"
          aria-label="Kind of difference"
          data={[
            { value: 'changes', label: 'Changes' },
            { value: 'text', label: 'Text' },
          ]}
          value={view}
          onChange={setView}
        />
        {after !== 'draft' && after !== latest && (
          <Button
            variant="default"
            leftSection={<RotateCcw size={14} aria-hidden />}
            onClick={() => onRestore(after)}
          >
            Restore v{after}
          </Button>
        )}
      </div>
      <Difference before={useSide(workflowId, before)} after={useSide(workflowId, after)} view={view} />
    </section>
  )
}

interface DifferenceProps {
  readonly before: SideDefinition
  readonly after: SideDefinition
  readonly view: string
}

const Difference = ({ before, after, view }: DifferenceProps) => {
  for (const side of [before, after]) {
    if (side.kind === 'failed') return <ProblemAlert error={side.error} />
    if (side.kind === 'unreadable')
      return (
        <EmptyState icon={FileWarning} title="This draft cannot be compared yet">
          Some of it is not in the format of a definition. Open it in the editor: the problem list says where.
        </EmptyState>
      )
  }
  if (before.kind !== 'ready' || after.kind !== 'ready')
    return <Loader size="sm" aria-label="Loading versions" />
  return view === 'text' ? (
    <TextDiff before={textOf(before.definition)} after={textOf(after.definition)} />
  ) : (
    <ChangeList changes={changesBetween(before.definition, after.definition)} />
  )
}
