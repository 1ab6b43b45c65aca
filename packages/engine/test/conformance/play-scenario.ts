import { MAIN_PORT } from '@millrace/contracts'
import type { Act, Scenario } from '../../src/conformance/index.js'
import type { Command, Graph, RunInput } from '../../src/index.js'
import { createRunState, pathThatUndoes, stepTimedOut } from '../../src/index.js'
import { makeError, Play } from '../run/play.js'

type Due = Extract<Command, { path: string; node: number; attempt: number }>

/** Plays a definition by its scenario, one command after the other, in the order the engine gives them. */
export function playScenario(graph: Graph, script: Scenario): Play {
  const run = new Play(graph, createRunState(graph, { trigger: 'start', input: script.input }))
  const acts = [...script.acts]
  const due: Due[] = []
  const answer = (asked: number): void => {
    const done = run.events.filter(({ seq, type }) => seq < asked && type === 'step_succeeded').toReversed()
    const paths = done.flatMap((event) => ('path' in event ? (pathThatUndoes(graph, event.path) ?? []) : []))
    send({ kind: 'undoable_found', asked, paths })
  }
  const send = (input: RunInput): void => {
    run.send(input)
    let asked: number | undefined
    for (const command of run.commands) {
      if ('node' in command) due.push(command)
      if (command.kind === 'find_undoable') asked = command.before
    }
    if (asked !== undefined) answer(asked)
  }
  send({ kind: 'claimed', taken: edgesOf(graph, 'start', script.results['start']?.to) })
  while (run.state.finishedAt === null) {
    const next = due.shift()
    const act = next === undefined ? acts.shift() : undefined
    if (next === undefined && act === undefined) throw new Error('the run waits, and nothing more happens')
    for (const input of next === undefined ? inputOfAct(run, act!) : [inputOf(run, next, script)]) send(input)
  }
  if (acts.length > 0) throw new Error(`the run ended before ${acts[0]!.kind}`)
  return run
}

function inputOf(run: Play, command: Due, { results }: Scenario): RunInput {
  const { path, attempt, kind } = command
  const { id } = run.graph.nodes[command.node]!
  const { to, items, passes, waits, stops } = results[id] ?? {}
  const step = { path, attempt }
  const iteration = (index: number) => ({ kind: 'iteration', index, max: 10 }) as const
  if (kind === 'check_iteration' && command.index + 1 < passes!)
    return { kind: 'step_waits', ...step, wait: iteration(command.index + 1) }
  if (kind === 'execute_step') {
    if (stops) return { kind: 'stop_requested', ...step, status: 'failed', error: STOPPED }
    if (passes !== undefined) return { kind: 'step_waits', ...step, wait: iteration(0) }
    if (items !== undefined) {
      const { concurrency } = run.graph.nodes[command.node]!.params
      return { kind: 'step_waits', ...step, wait: waitForItems(items, Number(concurrency ?? 1)) }
    }
    if (waits) return { kind: 'step_waits', ...step, wait: waitOf(run.graph.nodes[command.node]!.type) }
  }
  return { kind: 'step_completed', ...step, output: id, taken: edgesOf(run.graph, id, to) }
}

const STOPPED = makeError({ code: 'RUN_STOPPED' })

const waitForItems = (count: number, concurrency: number) =>
  ({ kind: 'items', count, concurrency, onItemError: 'fail', record: 'steps' }) as const

const waitOf = (type: string) => {
  if (type === 'task.external') return { kind: 'task', queue: 'nobody-works-here' } as const
  if (type !== 'human.approval') return { kind: 'event', name: 'event' } as const
  const assignees = { users: [], roles: [] }
  return { kind: 'approval', title: 'Pay?', assignees, onTimeout: 'reject', escalated: false } as const
}

function inputOfAct(run: Play, act: Act): RunInput[] {
  const { graph } = run
  if (act.kind === 'cancel') return [{ kind: 'cancel_requested' }]
  const step = { path: act.step, attempt: 1 }
  if (act.kind === 'time_out') {
    const { timeoutMs = 0 } = graph.nodes[graph.indexOf(act.step)!]!
    const taken = edgesOf(graph, act.step, act.to)
    run.now += timeoutMs
    if (act.code === 'STEP_TIMEOUT')
      return [{ kind: 'step_timed_out', ...step, error: stepTimedOut(act.step, timeoutMs), taken }]
    const error = makeError({ code: act.code, retryable: false })
    return [{ kind: 'step_errored', ...step, error, random: 0, taken }]
  }
  const taken = edgesOf(graph, act.step, act.kind === 'approve' ? act.to : undefined)
  return [{ kind: 'step_completed', ...step, output: null, taken }]
}

/** Those to the nodes named, or all of the main port. */
const edgesOf = (graph: Graph, id: string, to: readonly string[] | undefined): number[] =>
  graph.outgoing(graph.indexOf(id)!).filter((edge) => {
    const { port, to: target } = graph.edges[edge]!
    return to === undefined ? port === MAIN_PORT : to.includes(target)
  })
