import { Button } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { ArrowDown, ScrollText } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso'
import { EmptyState } from '../../../components/empty-state.js'
import { useSteady } from '../../../components/use-steady.js'
import type { Moment } from '../session/moment.js'
import classes from './log.module.css'
import { LogRow } from './log-row.js'
import { type LogScope, LogToolbar } from './log-toolbar.js'
import { searchPattern, stepTo } from './log-view.js'
import { countLinesUpTo, type LogLine, logText, type RunLog } from './run-log.js'
import { saveText } from './save-text.js'
import { useFollow } from './use-follow.js'
import { useLogKeys } from './use-log-keys.js'
import { useLogView } from './use-log-view.js'

export interface LogPaneProps {
  readonly log: RunLog
  readonly moment: Moment
  readonly runId: string
  readonly selected: string | undefined
  /** The line the URL names, by its event. */
  readonly line: number | undefined
  readonly onSelect: (path: string) => void
  readonly onLine: (seq: number) => void
  /** The address of a line. */
  readonly hrefOf: (seq: number) => string
}

/** The whole log, of which what is in sight is drawn. It follows its end until the reader scrolls up. */
export const LogPane = ({ log, moment, runId, selected, line, onSelect, onLine, hrefOf }: LogPaneProps) => {
  const [search, setSearch] = useState('')
  const [minLevel, setMinLevel] = useState<LogLine['level']>('debug')
  const [scope, setScope] = useState<LogScope>('run')
  const list = useRef<VirtuosoHandle>(null)
  const searchInput = useRef<HTMLInputElement>(null)
  const clipboard = useClipboard()
  const asked = useDeferredValue(search)
  const view = useLogView(
    log.lines,
    { path: scope === 'step' ? selected : undefined, minLevel, search: asked },
    countLinesUpTo(log.lines, moment.seq),
  )
  const { shown, matches, errors } = view
  const current = line === undefined ? -1 : shown.findIndex((index) => log.lines[index]!.seq === line)
  const follow = useFollow(list, shown.length, current === -1)
  const pattern = useMemo(() => searchPattern(asked), [asked])

  const goTo = (positions: readonly number[], direction: 'next' | 'previous') => {
    const position = stepTo(positions, current, direction)
    if (position !== undefined) onLine(log.lines[shown[position]!]!.seq)
  }
  const onMatch = useSteady((direction: 'next' | 'previous') => goTo(matches, direction))
  const onError = useSteady((direction: 'next' | 'previous') => goTo(errors, direction))
  const onCopy = useSteady(() => clipboard.copy(logText(shown.map((index) => log.lines[index]!))))
  const onDownload = useSteady(() => saveText(`run-${runId}.log`, logText(log.lines)))
  useLogKeys({ searchInput, onError })
  useEffect(() => {
    if (current !== -1) list.current?.scrollIntoView({ index: current, align: 'center' })
  }, [current])

  return (
    <section className={classes['pane']} aria-label="Log">
      <LogToolbar
        searchInput={searchInput}
        search={search}
        onSearch={setSearch}
        found={
          pattern === undefined ? undefined : { count: matches.length, current: placeOf(matches, current) }
        }
        errors={errors.length}
        minLevel={minLevel}
        onMinLevel={setMinLevel}
        step={selected}
        scope={selected === undefined ? 'run' : scope}
        onScope={setScope}
        onMatch={onMatch}
        onError={onError}
        onCopy={onCopy}
        onDownload={onDownload}
      />
      {shown.length === 0 ? (
        <NoLines hasAny={log.lines.length > 0} />
      ) : (
        <Virtuoso
          ref={list}
          className={classes['lines']}
          totalCount={shown.length}
          defaultItemHeight={24}
          increaseViewportBy={300}
          initialTopMostItemIndex={current === -1 ? Math.max(0, shown.length - 1) : current}
          followOutput={follow.output}
          // Measures new lines in the frame that draws them: in the next one, they would show a frame later.
          skipAnimationFrameInResizeObserver
          onScroll={({ currentTarget }) => follow.onScroll(currentTarget)}
          itemContent={(position) => {
            const row = log.lines[shown[position]!]!
            return (
              <LogRow
                line={row}
                pattern={pattern}
                isCurrent={position === current}
                hrefOf={hrefOf}
                onLink={onLine}
                onSelect={onSelect}
              />
            )
          }}
        />
      )}
      {follow.unseen > 0 && (
        <Button
          className={classes['jump']}
          radius="xl"
          leftSection={<ArrowDown size={14} />}
          onClick={follow.jump}
        >
          {follow.unseen.toLocaleString('en')} new
        </Button>
      )}
    </section>
  )
}

const placeOf = (positions: readonly number[], current: number): number | undefined => {
  const index = positions.indexOf(current)
  return index === -1 ? undefined : index + 1
}

const NoLines = ({ hasAny }: { readonly hasAny: boolean }) => (
  <EmptyState icon={ScrollText} title={hasAny ? 'No line matches' : 'Nothing has been logged'}>
    {hasAny
      ? 'Choose another level, or the log of all steps.'
      : 'Lines appear as steps write them. A log.message step writes one.'}
  </EmptyState>
)
