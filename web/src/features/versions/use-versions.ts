import { type Definition, definition } from '@millrace/contracts'
import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'

/** A side of a comparison: a version's number, or the draft. */
export type Side = number | 'draft'

export const useWorkflow = (workflowId: string) => {
  const { workflows } = useApi()
  return useQuery({
    queryKey: keys.workflow(workflowId),
    queryFn: ({ signal }) => workflows.read(workflowId, signal),
  })
}

export const useVersions = (workflowId: string) => {
  const { workflows } = useApi()
  return useQuery({
    queryKey: keys.versions(workflowId),
    queryFn: ({ signal }) => workflows.versions(workflowId, { limit: 200 }, signal),
  })
}

export type SideDefinition =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** A draft half done, of a shape that cannot be compared. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'ready'; readonly definition: Definition }

export const useSide = (workflowId: string, side: Side): SideDefinition => {
  const { workflows } = useApi()
  const { data, error } = useQuery({
    queryKey: [...keys.versions(workflowId), side],
    queryFn: async ({ signal }): Promise<unknown> =>
      side === 'draft'
        ? (await workflows.read(workflowId, signal)).draft
        : (await workflows.version(workflowId, side, signal)).definition,
    // What is published never changes.
    staleTime: side === 'draft' ? 0 : Number.POSITIVE_INFINITY,
  })
  if (error !== null) return { kind: 'failed', error }
  if (data === undefined) return { kind: 'loading' }
  const parsed = definition.safeParse(data)
  return parsed.success ? { kind: 'ready', definition: parsed.data } : { kind: 'unreadable' }
}
