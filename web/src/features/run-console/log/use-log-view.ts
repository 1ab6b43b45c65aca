import { useMemo } from 'react'
import { type LogQuery, LogView } from './log-view.js'
import type { LogLine } from './run-log.js'

/** The lines of a query up to `count` of the log, kept up as it grows; a moment further back is looked at anew. */
export function useLogView(lines: readonly LogLine[], query: LogQuery, count: number): LogView {
  const { path, minLevel, search } = query
  const holder = useMemo(
    () => ({ view: new LogView(lines, { path, minLevel, search }) }),
    [lines, path, minLevel, search],
  )
  if (holder.view.seen > count) holder.view = new LogView(lines, holder.view.query)
  holder.view.extend(count)
  return holder.view
}
