import type { RunEvent } from '@millrace/contracts'
import pc from 'picocolors'
import { createLiveScreen } from './live-screen.js'
import { createPlainLines } from './plain-lines.js'
import type { RenderOptions } from './renderer.js'
import { applyEvent, emptyView, type RunView } from './run-view.js'

/**
 * Shows a run until its events end and gives its last view. What `watch` throws comes through, after the screen
 * is left in order. Data is stripped of everything that could drive the terminal.
 */
export const renderRun = async (
  events: AsyncIterable<RunEvent>,
  options: RenderOptions,
): Promise<RunView> => {
  const color = options.color ?? (options.tty && pc.isColorSupported)
  const renderer = options.tty ? createLiveScreen({ ...options, color }) : createPlainLines(options)
  const view = emptyView(options.steps ?? [])
  try {
    for await (const event of events) {
      applyEvent(view, event)
      renderer.onEvent(event, view)
    }
  } finally {
    renderer.end()
  }
  return view
}
