import type { RunEvent } from '@millrace/contracts'
import type { RunView } from './run-view.js'

/** What is written to; `process.stdout` is one. */
export interface Screen {
  write(text: string): unknown
  readonly columns?: number
  readonly rows?: number
}

export interface RenderOptions {
  /** True redraws the run in place; false prints a line an event. */
  readonly tty: boolean
  readonly out: Screen
  /** Above the steps. Default `run`. */
  readonly title?: string
  /** Ids of the version's nodes: steps to come are shown, and the progress knows its total. */
  readonly steps?: readonly string[]
  /** Default: on a TTY, unless NO_COLOR is set. */
  readonly color?: boolean
}

export interface Renderer {
  onEvent(event: RunEvent, view: RunView): void
  end(): void
}
