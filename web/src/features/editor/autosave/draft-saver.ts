import type { JsonObject } from '@millrace/contracts'
import { ApiError } from '../../../api/api-error.js'
import type { EditorDocument } from '../document/document.js'
import { readDocument, writeDocument } from '../document/json.js'
import { type Conflict, mergeDocuments, type Summary, summarize } from '../document/merge.js'
import type { Patch } from '../document/patch.js'

/**
 * Saves the draft while it is edited.
 *
 * Owns what the server has (document and revision). Does not own the document: it asks for it.
 *
 * 1. One save at a time; what changed meanwhile is saved after it.
 * 2. A save the server refuses as based on an older draft is merged and tried again: neither author loses a row.
 * 3. Whatever cannot be saved stays in the editor and in the journal, and is tried again.
 */
export interface Saved {
  readonly document: EditorDocument
  readonly revision: number
}

export type SaveState =
  | { readonly kind: 'saved' }
  | { readonly kind: 'unsaved' }
  | { readonly kind: 'saving' }
  | { readonly kind: 'failed'; readonly error: unknown }

export interface MergeNotice {
  readonly summary: Summary
  readonly conflicts: readonly Conflict[]
}

export interface DraftSaverOptions {
  readonly server: {
    save(definition: JsonObject, baseRevision: number): Promise<{ readonly draftRevision: number }>
    read(): Promise<{ readonly draft: JsonObject; readonly draftRevision: number }>
  }
  /** What the server had when the editor opened. */
  readonly base: Saved
  readonly current: () => EditorDocument
  readonly merge: (patch: Patch) => void
  readonly onState: (state: SaveState) => void
  readonly onMerged: (notice: MergeNotice) => void
}

/** Milliseconds of quiet before a save. */
const QUIET_MS = 600
const FIRST_RETRY_MS = 1_000
const MAX_RETRY_MS = 30_000

export class DraftSaver {
  readonly #options: DraftSaverOptions
  #base: Saved
  #timer: ReturnType<typeof setTimeout> | undefined
  #saving: Promise<void> | undefined
  readonly #watchers = new Set<() => void>()
  #failures = 0
  #closed = false

  constructor(options: DraftSaverOptions) {
    this.#options = options
    this.#base = options.base
  }

  get base(): Saved {
    return this.#base
  }

  /** Called whenever the server has a newer state of the document. @returns an end to it. */
  onSaved(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** The document is another one. */
  changed(): void {
    if (this.#options.current() === this.#base.document) return
    if (this.#saving === undefined) this.#options.onState({ kind: 'unsaved' })
    this.#schedule(QUIET_MS)
  }

  /** Saves now. @returns the revision the document then has. Throws ApiError when the server refuses it. */
  async flush(): Promise<number> {
    await this.#saving?.catch(() => undefined)
    while (this.#options.current() !== this.#base.document) await this.#save()
    return this.#base.revision
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #schedule(afterMs: number): void {
    clearTimeout(this.#timer)
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.#save().catch(() => undefined)
    }, afterMs)
  }

  #save(): Promise<void> {
    this.#saving ??= this.#send().finally(() => {
      this.#saving = undefined
      if (this.#failures === 0 && this.#options.current() !== this.#base.document) this.#schedule(QUIET_MS)
    })
    return this.#saving
  }

  async #send(): Promise<void> {
    clearTimeout(this.#timer)
    const { current, server, onState } = this.#options
    const document = current()
    if (document === this.#base.document) return
    onState({ kind: 'saving' })
    try {
      const { draftRevision } = await server.save(writeDocument(document), this.#base.revision)
      this.#base = { document, revision: draftRevision }
      this.#failures = 0
      for (const watcher of this.#watchers) watcher()
      onState({ kind: current() === document ? 'saved' : 'unsaved' })
    } catch (error) {
      if (error instanceof ApiError && error.code === 'DRAFT_CONFLICT') return await this.#mergeTheirs()
      this.#fail(error)
      throw error
    }
  }

  /** Invariant 2. */
  async #mergeTheirs(): Promise<void> {
    const { server, current, merge, onMerged, onState } = this.#options
    try {
      const { draft, draftRevision } = await server.read()
      const theirs = readDocument(draft).document
      const { patch, conflicts } = mergeDocuments(this.#base.document, current(), theirs)
      onMerged({ summary: summarize(this.#base.document, theirs), conflicts })
      this.#base = { document: theirs, revision: draftRevision }
      merge(patch)
      onState({ kind: 'unsaved' })
      this.#schedule(0)
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  /** What the server refuses for good is not sent again until it changes. */
  #fail(error: unknown): void {
    this.#failures++
    this.#options.onState({ kind: 'failed', error })
    if (error instanceof ApiError && !error.isTransient) return
    const backOff = Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), MAX_RETRY_MS)
    this.#schedule((error instanceof ApiError ? error.retryAfterMs : undefined) ?? backOff)
  }
}
