import { type Command, pathThatUndoes, type RunInput } from '@millrace/engine'
import type { ClaimedRun } from '@millrace/run-store'
import type { Plan } from '../../plan/plan.js'
import type { SessionHost } from '../session-host.js'
import { sourceOf } from './source-run.js'

/** Steps that one event names, and items whose events are located by one look at them all (D20). */
const PAGE = 1_000

/** Answers what the engine asks while its run goes back, each question once: it may come again before its answer. */
export class UndoSearch {
  #asked: number | undefined

  constructor(
    private readonly run: ClaimedRun,
    private readonly plan: Plan,
    private readonly readStore: SessionHost['readStore'],
    private readonly untilDurable: (seq: number) => Promise<void>,
  ) {}

  async answer({ before }: Extract<Command, { kind: 'find_undoable' }>): Promise<RunInput | undefined> {
    if (this.#asked === before) return undefined
    this.#asked = before
    const { run, plan } = this
    const { workspaceId, undo } = run
    // What is about to be read must be there.
    if (undo === undefined) await this.untilDurable(before)
    const source = sourceOf(run)
    const owners = plan.graph.nodes.flatMap(({ id, compensate }) => (compensate === undefined ? [] : [id]))
    const done = await this.readStore((store) =>
      store.findCompleted(workspaceId, source, owners, before, PAGE),
    )
    const paths = done.map(({ path }) => pathThatUndoes(plan.graph, path)!)
    const rest = done.length < PAGE ? {} : { before: done.at(-1)!.seq }
    if (undo === undefined) return { kind: 'undoable_found', asked: before, paths, ...rest }
    // The run itself may have undone a part, or another one that was made for that.
    const undone = await this.readStore((store) => store.findUndone(workspaceId, source, paths))
    const left = paths.filter((path) => !undone.has(path))
    return { kind: 'undoable_found', asked: before, paths: left, ...rest }
  }
}
