import { ActionIcon, Group, Kbd, SegmentedControl, Select, Text, TextInput, Tooltip } from '@mantine/core'
import { ArrowDown, ArrowUp, CircleX, Copy, Download, Search } from 'lucide-react'
import { memo, type ReactNode, type RefObject } from 'react'
import classes from './log.module.css'
import type { LogLine } from './run-log.js'

export type LogScope = 'run' | 'step'

export interface LogToolbarProps {
  readonly searchInput: RefObject<HTMLInputElement | null>
  readonly search: string
  readonly onSearch: (search: string) => void
  /** How many lines the search has found, and which of them is current (from 1). */
  readonly found: { readonly count: number; readonly current: number | undefined } | undefined
  readonly errors: number
  readonly minLevel: LogLine['level']
  readonly onMinLevel: (level: LogLine['level']) => void
  /** The selected step, where there is one to narrow the log to. */
  readonly step: string | undefined
  readonly scope: LogScope
  readonly onScope: (scope: LogScope) => void
  readonly onMatch: (direction: 'next' | 'previous') => void
  readonly onError: (direction: 'next' | 'previous') => void
  readonly onCopy: () => void
  readonly onDownload: () => void
}

const LEVELS = [
  { value: 'debug', label: 'All levels' },
  { value: 'info', label: 'Info and above' },
  { value: 'warn', label: 'Warnings and errors' },
  { value: 'error', label: 'Errors only' },
] as const

/** Memoized: the log beside it is drawn once a frame while lines come. */
export const LogToolbar = memo((props: LogToolbarProps) => (
  <Group className={classes['toolbar']} gap="xs">
    <SearchField {...props} />
    <Select
      w={170}
      size="xs"
      aria-label="Finest level shown"
      data={LEVELS}
      value={props.minLevel}
      allowDeselect={false}
      onChange={(value) => {
        const level = LEVELS.find((each) => each.value === value)?.value
        if (level !== undefined) props.onMinLevel(level)
      }}
    />
    {props.step !== undefined && (
      <SegmentedControl
        size="xs"
        aria-label="Whose lines"
        value={props.scope}
        onChange={(value) => props.onScope(value === 'step' ? 'step' : 'run')}
        data={[
          { value: 'run', label: 'All steps' },
          { value: 'step', label: props.step },
        ]}
      />
    )}
    <Group gap={2} ml="auto">
      <CircleX size={14} color="var(--mr-state-failed)" aria-hidden />
      <Text size="xs" mx={4}>
        {props.errors.toLocaleString('en')} {props.errors === 1 ? 'error' : 'errors'}
      </Text>
      <Tool
        label="Previous error"
        keys="P"
        disabled={props.errors === 0}
        onClick={() => props.onError('previous')}
      >
        <ArrowUp size={15} />
      </Tool>
      <Tool label="Next error" keys="N" disabled={props.errors === 0} onClick={() => props.onError('next')}>
        <ArrowDown size={15} />
      </Tool>
      <Tool label="Copy these lines" onClick={props.onCopy}>
        <Copy size={14} />
      </Tool>
      <Tool label="Download the whole log" onClick={props.onDownload}>
        <Download size={15} />
      </Tool>
    </Group>
  </Group>
))

const SearchField = ({ searchInput, search, onSearch, found, onMatch }: LogToolbarProps) => (
  <Group gap={2}>
    <TextInput
      ref={searchInput}
      w={260}
      size="xs"
      aria-label="Search the log"
      placeholder="Search the log"
      leftSection={<Search size={14} aria-hidden />}
      rightSection={search === '' ? <Kbd size="xs">/</Kbd> : undefined}
      value={search}
      onChange={(event) => onSearch(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onMatch(event.shiftKey ? 'previous' : 'next')
        if (event.key === 'Escape') onSearch('')
      }}
    />
    {found !== undefined && (
      <>
        <Text size="xs" c="dimmed" mx={6} role="status">
          {found.current === undefined ? '' : `${found.current.toLocaleString('en')} of `}
          {found.count.toLocaleString('en')} {found.count === 1 ? 'line' : 'lines'}
        </Text>
        <Tool label="Previous match" disabled={found.count === 0} onClick={() => onMatch('previous')}>
          <ArrowUp size={15} />
        </Tool>
        <Tool label="Next match" disabled={found.count === 0} onClick={() => onMatch('next')}>
          <ArrowDown size={15} />
        </Tool>
      </>
    )}
  </Group>
)

interface ToolProps {
  readonly label: string
  readonly keys?: string
  readonly disabled?: boolean
  readonly onClick: () => void
  readonly children: ReactNode
}

const Tool = ({ label, keys, disabled = false, onClick, children }: ToolProps) => (
  <Tooltip label={keys === undefined ? label : `${label} (${keys})`}>
    <ActionIcon aria-label={label} disabled={disabled} onClick={onClick}>
      {children}
    </ActionIcon>
  </Tooltip>
)
