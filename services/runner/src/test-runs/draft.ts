import { type Definition, type DefinitionProblem, MAX_PROBLEMS, MillraceError } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { type Cut, cutToPath } from '@millrace/engine'
import { checkDefinition } from '@millrace/nodes'
import { findWorkflowId } from '../published/workflows.js'

export interface DraftPart extends Cut {
  readonly workflowId: string
}

interface DraftRef {
  readonly workspaceId: string
  /** Id or name. */
  readonly workflow: string
  readonly revision: number | undefined
  readonly target: string | undefined
}

/**
 * The stored draft, or what of it leads to the target. Problems elsewhere do not matter: the rest may be unfinished.
 * @throws NOT_FOUND, DRAFT_CONFLICT, NO_SUCH_STEP, INVALID_DEFINITION with pointers into the whole draft
 */
export const readDraftPart = async (sql: Sql, ref: DraftRef): Promise<DraftPart> => {
  const workflowId = await findWorkflowId(sql, ref.workspaceId, ref.workflow)
  const [row] =
    workflowId === null
      ? []
      : await sql<{ draft: unknown; revision: number }[]>`
          SELECT draft_text AS draft, draft_revision AS revision FROM workflows WHERE id = ${workflowId}`
  if (row === undefined || workflowId === null)
    throw new MillraceError('NOT_FOUND', 'There is no such workflow')
  if (ref.revision !== undefined && ref.revision !== row.revision)
    throw new MillraceError('DRAFT_CONFLICT', `The draft is at revision ${row.revision} by now`, {
      details: { currentRevision: row.revision },
    })
  return { workflowId, ...(await checkedPart(row.draft, ref.target)) }
}

const checkedPart = async (draft: unknown, target: string | undefined): Promise<Cut> => {
  const { definition, problems } = await checkDefinition(draft)
  if (definition === undefined) throw invalid(problems)
  const cut = target === undefined ? wholeOf(definition) : cutToPath(definition, target)
  if (cut === undefined) throw new MillraceError('NO_SUCH_STEP', `The draft has no step ${target} of its own`)
  const own = target === undefined ? problems : problems.filter((problem) => matters(problem, cut))
  if (own.length > 0) throw invalid(own)
  return cut
}

const wholeOf = (definition: Definition): Cut => ({
  definition,
  nodes: [...definition.nodes.keys()],
  edges: [...definition.edges.keys()],
})

/** Whether a problem of the draft is one of the part that runs. Error edges that lead out of it are not missed. */
const matters = ({ pointer, code }: DefinitionProblem, { nodes, edges }: Cut): boolean => {
  if (code === 'MISSING_ERROR_EDGE' || code === 'UNREACHABLE_NODE') return false
  const [, list, position] = /^\/(nodes|edges)\/(\d+)/.exec(pointer) ?? []
  if (list === undefined) return code !== 'NO_TRIGGER'
  return (list === 'nodes' ? nodes : edges).includes(Number(position))
}

const invalid = (problems: readonly DefinitionProblem[]): MillraceError => {
  const [first] = problems
  return new MillraceError('INVALID_DEFINITION', first && `${first.pointer}: ${first.message}`, {
    details: { problems: problems.slice(0, MAX_PROBLEMS), problemCount: problems.length },
  })
}
