import { Button, NumberInput, Select, TextInput } from '@mantine/core'
import { runStatus } from '@millrace/contracts'
import { useQuery } from '@tanstack/react-query'
import { Search, X } from 'lucide-react'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { STATE_LOOKS } from '../../components/state/state.js'
import classes from './run-filters.module.css'
import { hasFilter, LONGER_LABELS, parseRunSearch, type RunSearch, SINCE_LABELS } from './run-search.js'

interface RunFiltersProps {
  readonly search: RunSearch
  readonly onSearch: (search: RunSearch) => void
  /** Ids of trigger nodes seen so far. */
  readonly triggers: readonly string[]
}

const CUSTOM = 'custom'
const STATUSES = runStatus.options.map((value) => ({ value, label: STATE_LOOKS[value].word }))
const optionsOf = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).map(([value, label]) => ({ value, label }))
const TIMES = [...optionsOf(SINCE_LABELS), { value: CUSTOM, label: 'Between …' }]

export const RunFilters = ({ search, onSearch, triggers }: RunFiltersProps) => {
  /** A value that is null or empty takes its filter away. */
  const set = (change: Record<string, string | number | null | undefined>) =>
    onSearch(parseRunSearch({ ...search, ...change }))
  const chooseTime = (value: string | null) => {
    const dayAgo = new Date(Date.now() - 86_400_000).toISOString()
    set(value === CUSTOM ? { since: null, from: dayAgo } : { since: value, from: null, to: null })
  }
  const custom = search.from !== undefined || search.to !== undefined
  return (
    <search className={classes['root']} aria-label="Filter runs">
      <Select
        {...shared('Status')}
        w={130}
        data={STATUSES}
        value={search.status ?? null}
        onChange={(status) => set({ status })}
      />
      <WorkflowSelect value={search.workflow} onChange={(workflow) => set({ workflow, version: null })} />
      {search.workflow !== undefined && (
        <NumberInput
          aria-label="Version"
          placeholder="Version"
          size="xs"
          w={86}
          min={1}
          hideControls
          allowDecimal={false}
          value={search.version ?? ''}
          onChange={(version) => set({ version: version === '' ? null : version })}
        />
      )}
      <Select
        {...shared('Trigger')}
        w={130}
        data={[...new Set([...triggers, ...(search.trigger === undefined ? [] : [search.trigger])])]}
        value={search.trigger ?? null}
        onChange={(trigger) => set({ trigger })}
      />
      <Select
        {...shared('Any time', 'Time')}
        w={140}
        data={TIMES}
        value={custom ? CUSTOM : (search.since ?? null)}
        onChange={chooseTime}
      />
      {custom && (
        <>
          <Instant label="From" value={search.from} onChange={(from) => set({ from })} />
          <Instant label="Until" value={search.to} onChange={(to) => set({ to })} />
        </>
      )}
      <Select
        {...shared('Any duration', 'Duration')}
        w={150}
        data={optionsOf(LONGER_LABELS)}
        value={search.longer ?? null}
        onChange={(longer) => set({ longer })}
      />
      <TextInput
        aria-label="Text in error"
        placeholder="Text in error"
        size="xs"
        w={170}
        maxLength={200}
        leftSection={<Search size={13} aria-hidden />}
        value={search.error ?? ''}
        onChange={(event) => set({ error: event.currentTarget.value })}
      />
      {hasFilter(search) && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<X size={13} aria-hidden />}
          onClick={() => onSearch({})}
        >
          Clear
        </Button>
      )}
    </search>
  )
}

const shared = (placeholder: string, label = placeholder) =>
  ({
    'aria-label': label,
    placeholder,
    size: 'xs',
    clearable: true,
    comboboxProps: { width: 'max-content', position: 'bottom-start' },
  }) as const

const WorkflowSelect = ({
  value,
  onChange,
}: {
  readonly value: string | undefined
  readonly onChange: (name: string | null) => void
}) => {
  const { workflows } = useApi()
  const { data } = useQuery({
    queryKey: [...keys.workflows, 'names'],
    queryFn: ({ signal }) => workflows.list({ limit: 200 }, signal),
  })
  const names = data?.items.map((item) => item.name) ?? []
  return (
    <Select
      {...shared('Workflow')}
      w={180}
      searchable
      data={[...new Set([...names, ...(value === undefined ? [] : [value])])]}
      value={value ?? null}
      onChange={onChange}
    />
  )
}

interface InstantProps {
  readonly label: string
  readonly value: string | undefined
  readonly onChange: (iso: string | null) => void
}

/** In the reader's own time zone; the URL holds UTC. */
const Instant = ({ label, value, onChange }: InstantProps) => (
  <TextInput
    aria-label={label}
    type="datetime-local"
    size="xs"
    value={value === undefined ? '' : toLocal(new Date(value))}
    onChange={(event) => {
      const at = new Date(event.currentTarget.value)
      onChange(Number.isNaN(at.getTime()) ? null : at.toISOString())
    }}
  />
)

const toLocal = (at: Date): string =>
  new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
