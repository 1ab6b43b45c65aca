import { definition, MillraceError } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { buildGraph, type Graph } from '@millrace/engine'
import { nodeCatalogue } from '@millrace/nodes'

/** A version's number and graph. @throws NOT_FOUND */
export const loadGraph = async (
  sql: Sql,
  versionId: string,
): Promise<{ readonly number: number | null; readonly graph: Graph }> => {
  const [row] = await sql<{ number: number | null; definition: unknown }[]>`
    SELECT number, definition_text AS definition FROM workflow_versions WHERE id = ${versionId}`
  if (row === undefined) throw new MillraceError('NOT_FOUND', 'There is no such version')
  return { number: row.number, graph: buildGraph(definition.parse(row.definition), nodeCatalogue()) }
}
