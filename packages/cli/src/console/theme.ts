import type { RunStatus } from '@millrace/contracts'
import pc from 'picocolors'

export type Colors = ReturnType<typeof pc.createColors>
export const createColors = (enabled: boolean): Colors => pc.createColors(enabled)

/** Steps and runs share their status words; `paused` is the run's own. */
export type Status = RunStatus | 'skipped'

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** Never colour alone: each status has its icon and its word. */
const ICONS: Record<Status, string> = {
  pending: '·',
  running: '▶',
  waiting: '◔',
  paused: '‖',
  completed: '✔',
  failed: '✖',
  skipped: '○',
  cancelled: '⊘',
}

const PAINT: Record<Status, (colors: Colors) => (text: string) => string> = {
  pending: (colors) => colors.dim,
  running: (colors) => colors.cyan,
  waiting: (colors) => colors.yellow,
  paused: (colors) => colors.yellow,
  completed: (colors) => colors.green,
  failed: (colors) => colors.red,
  skipped: (colors) => colors.dim,
  cancelled: (colors) => colors.magenta,
}

export const paintOf = (status: Status, colors: Colors): ((text: string) => string) => PAINT[status](colors)

/** Icon, space and the longest word. */
export const STATUS_WIDTH = 2 + 'completed'.length

/** Icon and word. With a `tick`, what runs has a spinner for an icon. */
export const formatStatus = (status: Status, tick?: number): string => {
  const icon = status === 'running' && tick !== undefined ? SPINNER[tick % SPINNER.length] : ICONS[status]
  return `${icon} ${status}`
}
