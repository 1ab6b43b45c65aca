import { stringifyJson } from '@millrace/contracts'
import { memo } from 'react'
import { formatPreciseClock } from '../../../components/time/format-time.js'
import classes from './log.module.css'
import type { LogLine } from './run-log.js'
import { SgrText } from './sgr-text.js'

interface LogRowProps {
  readonly line: LogLine
  readonly pattern: RegExp | undefined
  /** The line that search, errors or a link have led to. */
  readonly isCurrent: boolean
  /** The address of a line. */
  readonly hrefOf: (seq: number) => string
  readonly onLink: (seq: number) => void
  readonly onSelect: (path: string) => void
}

/** One line. Its time is its link. Memoized: of those in sight, few are new in a frame. */
export const LogRow = memo(({ line, pattern, isCurrent, hrefOf, onLink, onSelect }: LogRowProps) => {
  const { seq, at, level, path, message, data } = line
  return (
    <div className={classes['line']} data-level={level} data-current={isCurrent || undefined} data-seq={seq}>
      <a
        className={classes['time']}
        href={hrefOf(seq)}
        title={`Link to line ${seq}`}
        onClick={(event) => {
          event.preventDefault()
          onLink(seq)
        }}
      >
        {formatPreciseClock(at)}
      </a>
      <span className={classes['level']}>{level}</span>
      {path === undefined ? (
        <span className={classes['path']}>run</span>
      ) : (
        <button type="button" className={classes['path']} title={path} onClick={() => onSelect(path)}>
          {path}
        </button>
      )}
      <span className={classes['message']}>
        <SgrText line={message} pattern={pattern} />
        {data !== undefined && <span className={classes['data']}> {stringifyJson(data)}</span>}
      </span>
    </div>
  )
})
