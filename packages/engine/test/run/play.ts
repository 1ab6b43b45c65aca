import {
  type DefinitionInput,
  definition,
  ERROR_PORT,
  type Json,
  MAIN_PORT,
  type RunEvent,
  type StepError,
} from '@millrace/contracts'
import {
  buildGraph,
  type Command,
  createRunState,
  decide,
  type Graph,
  type RunInput,
  type RunState,
  stepView,
} from '../../src/index.js'
import { catalogue } from '../catalogue.js'

type NodeFields = Partial<DefinitionInput['nodes'][number]>

/** Edges read `from>to` or `from.port>to`. `start` is a manual trigger; other nodes are plain steps by default. */
export function makeGraph(
  nodes: Record<string, NodeFields>,
  edges: readonly string[],
  settings: NonNullable<DefinitionInput['settings']> = {},
): Graph {
  const input: DefinitionInput = {
    format: 'millrace/v1',
    name: 'test',
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      ...Object.entries(nodes).map(([id, fields]) => ({ id, type: 'test.step', ...fields })),
    ],
    edges: edges.map((text) => {
      const [source = '', to = ''] = text.split('>')
      const [from = '', port = MAIN_PORT] = source.split('.')
      return { from, port, to }
    }),
    settings,
  }
  return buildGraph(definition.parse(input), catalogue)
}

export const ORIGIN = { trigger: 'start', input: { hello: 'world' } }

export const makeError = (fields: Partial<StepError> = {}): StepError => ({
  code: 'NODE_FAILED',
  message: 'it broke',
  ...fields,
})

/** A run that a test moves by hand, by names instead of indices. Time stands still unless told otherwise. */
export class Play {
  readonly events: RunEvent[] = []
  /** Of the last input. */
  commands: readonly Command[] = []
  now = 1_000

  constructor(
    readonly graph: Graph,
    readonly state: RunState = createRunState(graph, ORIGIN),
  ) {}

  /** The events that came of it, in short. */
  send(input: RunInput): string[] {
    const decision = decide(this.state, input, this.now)
    this.events.push(...decision.events)
    this.commands = decision.commands
    return decision.events.map(inShort)
  }

  claim(input: Omit<Extract<RunInput, { kind: 'claimed' }>, 'kind'> = {}): string[] {
    return this.send({ kind: 'claimed', ...input })
  }

  /** By default it takes all the edges of its main port; `to` names the nodes to take instead. */
  complete(
    path: string,
    options: { output?: Json; to?: readonly string[]; attempt?: number } = {},
  ): string[] {
    return this.send({
      kind: 'step_completed',
      path,
      attempt: options.attempt ?? this.attempt(path),
      output: options.output,
      taken: this.edges(path, MAIN_PORT, options.to),
    })
  }

  fail(
    path: string,
    error = makeError(),
    options: { to?: readonly string[]; attempt?: number; counted?: boolean; random?: number } = {},
  ): string[] {
    const { onError } = this.graph.nodes[this.graph.nodeAt(path)!]!
    const port = onError === 'route' ? ERROR_PORT : MAIN_PORT
    return this.send({
      kind: 'step_errored',
      path,
      attempt: options.attempt ?? this.attempt(path),
      error,
      random: options.random ?? 0.5,
      taken: onError === 'fail' ? [] : this.edges(path, port, options.to),
      ...(options.counted === undefined ? {} : { counted: options.counted }),
    })
  }

  /** Indices of the edges from a node's port, or of those to the named nodes. */
  edges(path: string, port: string, to?: readonly string[]): number[] {
    return this.graph.outgoing(this.graph.nodeAt(path)!).filter((edge) => {
      const { port: ofEdge, to: target } = this.graph.edges[edge]!
      return to === undefined ? ofEdge === port : to.includes(target)
    })
  }

  attempt = (path: string): number => stepView(this.state, path)!.attempt
  status = (path: string) => stepView(this.state, path)!.status
  get orders(): string[] {
    return this.commands.map(commandInShort)
  }
}

export function play(...graph: Parameters<typeof makeGraph>): Play {
  return new Play(makeGraph(...graph))
}

export function inShort(event: RunEvent): string {
  const step = 'path' in event ? ` ${event.path}#${event.attempt}` : ''
  switch (event.type) {
    case 'run_finished':
      return `run_finished ${event.status}${event.error === undefined ? '' : ` ${event.error.code}`}`
    case 'run_compensating':
      return `run_compensating ${event.paths}${event.error === undefined ? '' : ` ${event.error.code}`}`
    case 'step_failed':
      return `step_failed${step} ${event.handled ? 'handled' : event.error.code}`
    case 'step_retrying':
      return `step_retrying${step} @${event.dueAt}${event.counted ? '' : ' uncounted'}`
    case 'step_cancelled':
      return `step_cancelled${step} ${event.outcome}`
    default:
      return `${event.type}${step}`
  }
}

function commandInShort(command: Command): string {
  switch (command.kind) {
    case 'execute_step':
      return `execute ${command.path}#${command.attempt} after ${command.after}`
    case 'reuse_step':
      return `reuse ${command.path}#${command.attempt}`
    case 'abort_step':
      return `abort ${command.path}#${command.attempt}: ${command.reason}`
    case 'start_retry_timer':
      return `retry ${command.path}#${command.attempt} @${command.dueAt}`
    case 'start_delay_timer':
      return `delay ${command.path}#${command.attempt} @${command.dueAt}`
    case 'start_timeout_timer':
      return `timeout of ${command.path}#${command.attempt} @${command.dueAt}`
    case 'start_run_timer':
      return `timeout @${command.dueAt}`
    case 'close_container':
      return `close ${command.path}#${command.attempt}`
    case 'check_iteration':
      return `check ${command.path}[${command.index}]#${command.attempt}`
    case 'settle_page':
    case 'execute_page':
      return `${command.kind.replace('_', ' ')} ${command.page} of ${command.path}#${command.attempt}`
    case 'find_undoable':
      return `find what completed before ${command.before}`
    case 'finish_run':
      return `finish ${command.status} ${JSON.stringify(command.output ?? null)}`
  }
}
