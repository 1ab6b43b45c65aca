import type { DraftsApi } from '../../api/drafts.js'
import { runTidy, tidyRequest } from '../../components/graph/run-tidy.js'
import { normalSizes } from '../../components/graph/use-graph.js'
import type { Saved } from './autosave/draft-saver.js'
import { holdTab, isTabOpen, type Journal, openJournal } from './autosave/journal.js'
import { recover } from './autosave/recover.js'
import { containersOf, type EditorDocument, edgesOf, nodesOf } from './document/document.js'
import { readDocument } from './document/json.js'
import type { NodeTypes } from './document/rename.js'
import type { EditorProps } from './editor.js'

const tab = crypto.randomUUID()

type Opened = Pick<EditorProps, 'types' | 'base' | 'opened' | 'journal' | 'tab'> & {
  /** For the author. */
  readonly messages: readonly string[]
}

/** Throws ApiError. Without IndexedDB the editor works, without a journal. */
export const openEditor = async (workflowId: string, api: DraftsApi): Promise<Opened> => {
  const [workflow, items, journal] = await Promise.all([
    api.read(workflowId),
    api.nodeTypes(),
    journalOrNone(),
  ])
  const types: NodeTypes = new Map(items.map((type) => [type.type, type]))
  const read = readDocument(workflow.draft)
  const base: Saved = { document: await withPlaces(read.document, types), revision: workflow.draftRevision }
  const left = (await journal?.abandoned(workflowId).catch(() => undefined)) ?? []
  const opened = left.length === 0 ? base.document : recover(base.document, left)
  // The work is in this tab's hands: its own entry follows with the first save.
  await journal?.remove(workflowId, tab)
  for (const entry of left) await journal?.remove(workflowId, entry.tab)
  const recovered = left.length === 0 ? [] : ['Unsaved changes of your last visit are back.']
  return { types, base, opened, journal, tab, messages: [...read.repairs, ...recovered] }
}

const journalOrNone = async (): Promise<Journal | undefined> => {
  holdTab(tab)
  return await openJournal(indexedDB, isTabOpen).catch(() => undefined)
}

/** A workflow drawn elsewhere has no places yet: they are not a change of the author's. */
const withPlaces = async (document: EditorDocument, types: NodeTypes): Promise<EditorDocument> => {
  const nodes = nodesOf(document)
  if (nodes.every(({ id }) => document.positions.has(id))) return document
  const source = { nodes, edges: edgesOf(document), containers: containersOf(document), layout: document }
  const positions = await runTidy(tidyRequest(source, normalSizes(source, types)))
  return { ...document, positions: new Map([...positions, ...document.positions]) }
}
