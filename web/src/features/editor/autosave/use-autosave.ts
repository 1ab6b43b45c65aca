import { useCallback, useEffect, useRef, useState } from 'react'
import type { DraftsApi } from '../../../api/drafts.js'
import { writeDocument } from '../document/json.js'
import type { EditorStore } from '../store/editor-store.js'
import { DraftSaver, type MergeNotice, type Saved, type SaveState } from './draft-saver.js'
import type { Journal } from './journal.js'

/** Milliseconds from an edit to the journal: with the write well under the second a crash may cost. */
const JOURNAL_MS = 300

interface AutosaveOptions {
  readonly store: EditorStore
  readonly workflowId: string
  readonly tab: string
  readonly base: Saved
  readonly api: DraftsApi
  /** Undefined where the browser has no IndexedDB for us. */
  readonly journal: Journal | undefined
}

export interface Autosave {
  readonly state: SaveState
  readonly notice: MergeNotice | undefined
  dismissNotice(): void
  /** Saves now; gives the revision. Throws ApiError. */
  readonly flush: () => Promise<number>
}

export const useAutosave = (options: AutosaveOptions): Autosave => {
  const [state, setState] = useState<SaveState>({ kind: 'saved' })
  const [notice, setNotice] = useState<MergeNotice>()
  const saver = useRef<DraftSaver>(undefined)
  const { store, workflowId, tab, base, api, journal } = options
  useEffect(() => {
    const current = new DraftSaver({
      base,
      server: {
        save: (definition, revision) => api.save(workflowId, definition, revision),
        read: () => api.read(workflowId),
      },
      current: () => store.getState().document,
      merge: (patch) => store.getState().merge(patch),
      onState: setState,
      onMerged: setNotice,
    })
    saver.current = current
    const stopJournal = keepJournal({ store, journal, workflowId, tab, saver: current })
    const unsubscribe = store.subscribe((now, before) => {
      if (now.document !== before.document) current.changed()
    })
    current.changed()
    return () => {
      unsubscribe()
      stopJournal()
      void current.flush().catch(() => undefined)
      current.close()
    }
  }, [store, workflowId, tab, base, api, journal])
  const flush = useCallback(async () => (await saver.current?.flush()) ?? base.revision, [base])
  return {
    state,
    notice,
    dismissNotice: () => setNotice(undefined),
    flush,
  }
}

interface JournalOptions extends Pick<AutosaveOptions, 'store' | 'journal' | 'workflowId' | 'tab'> {
  readonly saver: DraftSaver
}

/** Writes what is unsaved at most JOURNAL_MS after it changed, and takes it away when the server has it. */
const keepJournal = ({ store, journal, workflowId, tab, saver }: JournalOptions): (() => void) => {
  if (journal === undefined) return () => undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = async (): Promise<void> => {
    timer = undefined
    const { document } = store.getState()
    const { base } = saver
    if (document === base.document) await journal.remove(workflowId, tab)
    else
      await journal.write({
        workflowId,
        tab,
        base: writeDocument(base.document),
        draft: writeDocument(document),
      })
  }
  const schedule = (): void => {
    timer ??= setTimeout(() => void write().catch(() => undefined), JOURNAL_MS)
  }
  const unsubscribe = store.subscribe((now, before) => {
    if (now.document !== before.document) schedule()
  })
  const unwatch = saver.onSaved(schedule)
  return () => {
    unsubscribe()
    unwatch()
    clearTimeout(timer)
    void write().catch(() => undefined)
  }
}
