import type { JsonObject } from '@millrace/contracts'

/**
 * Unsaved work on this device, in IndexedDB: what a crash of the tab leaves. One entry for each tab and workflow;
 * it goes when the server has the work.
 */
export interface JournalEntry {
  readonly workflowId: string
  readonly tab: string
  /** What the server had. */
  readonly base: JsonObject
  readonly draft: JsonObject
}

export interface Journal {
  write(entry: JournalEntry): Promise<void>
  remove(workflowId: string, tab: string): Promise<void>
  /** Those of tabs that are gone. */
  abandoned(workflowId: string): Promise<readonly JournalEntry[]>
}

const STORE = 'drafts'

/** `isOpen` says whether another tab still lives. */
export const openJournal = async (
  factory: IDBFactory,
  isOpen: (tab: string) => Promise<boolean>,
): Promise<Journal> => {
  const opening = factory.open('millrace-journal', 1)
  opening.onupgradeneeded = () =>
    opening.result
      .createObjectStore(STORE, { keyPath: ['workflowId', 'tab'] })
      .createIndex('workflow', 'workflowId')
  const database = await done(opening)
  const drafts = (mode: IDBTransactionMode) => database.transaction(STORE, mode).objectStore(STORE)
  return {
    write: async (entry) => {
      await done(drafts('readwrite').put(entry))
    },
    remove: (workflowId, tab) => done(drafts('readwrite').delete([workflowId, tab])),
    abandoned: async (workflowId) => {
      const request: IDBRequest<JournalEntry[]> = drafts('readonly').index('workflow').getAll(workflowId)
      const open = await Promise.all(
        (await done(request)).map(async (entry) => ((await isOpen(entry.tab)) ? [] : [entry])),
      )
      return open.flat()
    },
  }
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB refused'))
  })

const lockOf = (tab: string): string => `millrace-tab-${tab}`

/** Holds the tab's name until the page goes, however it goes. Without locks every other tab counts as gone. */
export const holdTab = (tab: string): void => {
  void navigator.locks?.request(lockOf(tab), () => new Promise(() => undefined))
}

export const isTabOpen = async (tab: string): Promise<boolean> => {
  const locks = await navigator.locks?.query()
  return locks?.held?.some(({ name }) => name === lockOf(tab)) ?? false
}
