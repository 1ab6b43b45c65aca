import { isTerminal } from '@millrace/contracts'
import { formatDuration } from './duration.js'
import { composeLine, type Part } from './line.js'
import { fit, padTo, printable, widthOf } from './printable.js'
import { countDone, describeError, type RunView, type StepView } from './run-view.js'
import { type Colors, formatStatus, paintOf, STATUS_WIDTH } from './theme.js'

export interface FrameOptions {
  readonly title: string
  readonly columns: number
  /** Lines that the frame may take; the rest of the steps is counted in one line. */
  readonly rows: number
  /** Database time now, as far as the viewer can tell. */
  readonly now: number
  /** Grows with every redraw: the turn of the spinner. */
  readonly tick: number
  readonly colors: Colors
}

/** The whole console of a run as lines, none wider than the screen. Pure: the same view gives the same lines. */
export const drawFrame = (view: RunView, given: FrameOptions): string[] => {
  const options = { ...given, now: endOf(view, given.now) }
  const head = [headline(view, options), progress(view, options)]
  const error = view.error === undefined ? [] : [errorLine(view.error, options)]
  const room = Math.max(1, options.rows - head.length - error.length - 1)
  const steps = [...view.steps.values()]
  const shown = steps.length <= room ? steps : mostTelling(steps, room)
  const pathWidth = pathColumn(shown)
  const hidden = steps.length - shown.length
  return [
    ...head,
    ...shown.map((step) => stepLine(step, pathWidth, options)),
    ...(hidden === 0 ? [] : [options.colors.dim(fit(`   … and ${hidden} more`, options.columns))]),
    ...error,
  ]
}

const headline = (view: RunView, { title, columns, now, tick, colors }: FrameOptions): string => {
  const took = view.startedAt === undefined ? '' : formatDuration(now - view.startedAt)
  const status: Part = [formatStatus(view.status, tick), paintOf(view.status, colors)]
  return composeLine([status, ['  '], [took, colors.dim], ['  '], [printable(title), colors.bold]], columns)
}

/** Clocks stand still once the run has ended. */
const endOf = (view: RunView, now: number): number => (isTerminal(view.status) ? (view.lastAt ?? now) : now)

const BAR_WIDTH = 24

const progress = (view: RunView, { columns, colors }: FrameOptions): string => {
  const total = view.steps.size
  const done = countDone(view)
  const filled = total === 0 ? 0 : Math.floor((done / total) * BAR_WIDTH)
  const count = ` ${done}/${total} ${total === 1 ? 'step' : 'steps'}`
  const bar: Part[] = [
    ['█'.repeat(filled), colors.green],
    ['░'.repeat(BAR_WIDTH - filled), colors.dim],
  ]
  return composeLine([...bar, [count]], columns)
}

const errorLine = (error: NonNullable<RunView['error']>, { columns, colors }: FrameOptions): string =>
  composeLine([[printable(describeError(error)), colors.red]], columns)

/** When not all fit: what runs, waits or failed, before what is over or has not begun. Order is kept. */
const mostTelling = (steps: readonly StepView[], room: number): StepView[] => {
  const rank = { failed: 0, running: 1, waiting: 2, cancelled: 3, pending: 4, completed: 5, skipped: 6 }
  const chosen = new Set([...steps].sort((a, b) => rank[a.status] - rank[b.status]).slice(0, room))
  return steps.filter((step) => chosen.has(step))
}

const MAX_PATH_WIDTH = 40

const pathColumn = (steps: readonly StepView[]): number =>
  Math.min(MAX_PATH_WIDTH, Math.max(0, ...steps.map(({ path }) => widthOf(printable(path)))))

const stepLine = (step: StepView, pathWidth: number, { colors, columns, tick, now }: FrameOptions): string =>
  composeLine(
    [
      [padTo(` ${formatStatus(step.status, tick)}`, STATUS_WIDTH + 3), paintOf(step.status, colors)],
      [`${padTo(fit(printable(step.path), pathWidth), pathWidth)}  `],
      [padTo(durationOf(step, now), DURATION_WIDTH), colors.dim],
      [step.attempt > 1 ? `attempt ${step.attempt}  ` : ''],
      [printable(step.note), colors.dim],
    ],
    columns,
  )

const DURATION_WIDTH = 12

const durationOf = (step: StepView, now: number): string => {
  if (step.startedAt === undefined) return ''
  return formatDuration((step.finishedAt ?? now) - step.startedAt)
}
