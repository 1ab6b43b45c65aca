import type { RunEvent } from '@millrace/contracts'
import type { Graph } from '../graph/graph.js'

/**
 * A run in lines that stay the same wherever and whenever it is played: events without numbers, times, outputs and
 * logs. That a worker parks a run which only waits is its own affair, and no part of what the run does.
 */
export const traceOf = (graph: Graph, events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => {
    const line = lineOf(graph, event)
    return line === undefined ? [] : [line]
  })

function lineOf(graph: Graph, event: RunEvent): string | undefined {
  switch (event.type) {
    case 'run_waiting':
    case 'run_resumed':
    case 'step_log':
      return undefined
    case 'run_started':
      return `run_started by ${event.trigger}`
    case 'run_compensating':
      return event.paths.length === 0 ? event.type : `${event.type} by ${event.paths.join(', ')}`
    case 'run_finished':
      return `run_finished ${event.status}${event.error === undefined ? '' : ` ${event.error.code}`}`
    case 'step_succeeded':
      return `step_succeeded ${event.path}${targets(graph, event.taken)}`
    case 'step_failed':
      return `step_failed ${event.path} ${event.error.code}${targets(graph, event.taken)}`
    case 'step_waiting':
      return `step_waiting ${event.path} ${event.wait.kind}`
    case 'step_cancelled':
      return `step_cancelled ${event.path} ${event.outcome}`
    default:
      return 'path' in event ? `${event.type} ${event.path}` : event.type
  }
}

const targets = (graph: Graph, taken: readonly number[]): string =>
  taken.length === 0 ? '' : ` → ${taken.map((edge) => graph.edges[edge]!.to).join(', ')}`
