import type { RunEvent } from '@millrace/contracts'
import { drawFrame } from './frame.js'
import type { Renderer, RenderOptions } from './renderer.js'
import type { RunView } from './run-view.js'
import { createColors } from './theme.js'

/**
 * Owns: the lines it drew last, which it redraws in place, and the timer that turns the spinner.
 * Does not own: the view, nor the lines above it.
 * Invariant: it never draws more lines than the screen has, or the cursor could not go back to the first;
 * only the last frame, which stays, may be longer.
 */

const REDRAW_MS = 100

export const createLiveScreen = (options: RenderOptions & { readonly color: boolean }): Renderer => {
  const { out } = options
  const colors = createColors(options.color)
  let view: RunView | undefined
  let drawn = 0
  let tick = 0
  let heardAt = 0

  const draw = (rows: number): void => {
    if (view === undefined) return
    const now = (view.lastAt ?? 0) + (performance.now() - heardAt)
    const lines = drawFrame(view, {
      title: options.title ?? 'run',
      // A pseudo terminal may know no size and say 0.
      columns: out.columns || 80,
      rows,
      now,
      tick,
      colors,
    })
    const back = drawn === 0 ? '' : `\u001b[${drawn}A`
    out.write(`${back}${lines.map((line) => `\r\u001b[K${line}\n`).join('')}\u001b[J`)
    drawn = lines.length
  }

  const timer = setInterval(() => {
    tick += 1
    draw(screenRows(out.rows))
  }, REDRAW_MS)

  return {
    // Drawing is left to the timer: a fast run would redraw thousands of times a second.
    onEvent(_event: RunEvent, next: RunView) {
      view = next
      heardAt = performance.now()
    },
    end() {
      clearInterval(timer)
      draw(Number.POSITIVE_INFINITY)
    },
  }
}

const screenRows = (rows: number | undefined): number => Math.max(4, (rows || 24) - 1)
