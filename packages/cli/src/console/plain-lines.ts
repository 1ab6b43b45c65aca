import { eventLine } from './event-line.js'
import type { Renderer, RenderOptions } from './renderer.js'

/** For files, pipes and CI: a line an event, nothing redrawn, no escape sequences. */
export const createPlainLines = ({ out }: RenderOptions): Renderer => ({
  onEvent(event, view) {
    out.write(`${eventLine(event, view)}\n`)
  },
  end() {},
})
