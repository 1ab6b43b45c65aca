import { isTerminal } from '@millrace/contracts'
import { formatDuration } from './duration.js'
import { fit, padTo, printable, widthOf } from './printable.js'
import { countDone, describeError, type RunView, type StepView } from './run-view.js'
import { type Colors, formatStatus, SPINNER, WIDEST_STATUS } from './theme.js'

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

const BAR_WIDTH = 24

/** The whole console of a run as lines, none wider than the screen. Pure: the same view gives the same lines. */
export const drawFrame = (view: RunView, options: FrameOptions): string[] => {
  const head = [headline(view, options), progress(view, options)]
  const error = view.error === undefined ? [] : [errorLine(view.error, options)]
  const room = Math.max(1, options.rows - head.length - error.length - 1)
  const steps = [...view.steps.values()]
  const shown = steps.length <= room ? steps : mostTelling(steps, room)
  const widths = columnsOf(shown)
  const hidden = steps.length - shown.length
  return [
    ...head,
    ...shown.map((step) => stepLine(step, widths, options)),
    ...(hidden === 0 ? [] : [options.colors.dim(fit(`   … and ${hidden} more`, options.columns))]),
    ...error,
  ]
}

const headline = (view: RunView, { title, columns, now, tick, colors }: FrameOptions): string => {
  const took = view.startedAt === undefined ? '' : formatDuration(endOf(view, now) - view.startedAt)
  const name = fit(printable(title), Math.max(10, columns - WIDEST_STATUS - took.length - 8))
  return [colors.bold(name), formatStatus(view.status, colors, spin(view.status, tick)), colors.dim(took)]
    .filter((part) => part !== '')
    .join('  ')
}

const endOf = (view: RunView, now: number): number => (isTerminal(view.status) ? (view.lastAt ?? now) : now)

const spin = (status: string, tick: number): string | undefined =>
  status === 'running' ? SPINNER[tick % SPINNER.length] : undefined

const progress = (view: RunView, { columns, colors }: FrameOptions): string => {
  const total = view.steps.size
  const done = countDone(view)
  const width = Math.max(4, Math.min(BAR_WIDTH, columns - 16))
  const filled = total === 0 ? 0 : Math.floor((done / total) * width)
  const count = `${done}/${total} ${total === 1 ? 'step' : 'steps'}`
  return `${colors.green('█'.repeat(filled))}${colors.dim('░'.repeat(width - filled))} ${count}`
}

const errorLine = (error: NonNullable<RunView['error']>, { columns, colors }: FrameOptions): string =>
  colors.red(fit(printable(describeError(error)), columns))

/** When not all fit: what runs, waits or failed, before what is over or has not begun. Order is kept. */
const mostTelling = (steps: readonly StepView[], room: number): StepView[] => {
  const rank = { failed: 0, running: 1, waiting: 2, cancelled: 3, pending: 4, completed: 5, skipped: 6 }
  const chosen = new Set([...steps].sort((a, b) => rank[a.status] - rank[b.status]).slice(0, room))
  return steps.filter((step) => chosen.has(step))
}

const MAX_PATH_WIDTH = 40

const columnsOf = (steps: readonly StepView[]) => ({
  path: Math.min(MAX_PATH_WIDTH, Math.max(0, ...steps.map(({ path }) => widthOf(printable(path))))),
})

const stepLine = (step: StepView, widths: { path: number }, options: FrameOptions): string => {
  const { colors, columns, tick } = options
  const path = padTo(fit(printable(step.path), widths.path), widths.path)
  const took = padTo(durationOf(step, options.now), 11)
  const attempt = step.attempt > 1 ? `attempt ${step.attempt}  ` : ''
  const room = columns - (WIDEST_STATUS + 6 + widths.path + 2 + 11 + attempt.length)
  const note = room < 4 ? '' : fit(printable(step.note), room)
  const gap = ' '.repeat(WIDEST_STATUS - step.status.length)
  const status = formatStatus(step.status, colors, spin(step.status, tick))
  return ` ${status}${gap}  ${path}  ${colors.dim(took)}${attempt}${colors.dim(note)}`.trimEnd()
}

const durationOf = (step: StepView, now: number): string => {
  if (step.startedAt === undefined) return ''
  return formatDuration((step.finishedAt ?? now) - step.startedAt)
}
