import type { EditorDocument } from '../document/document.js'
import { readDocument } from '../document/json.js'
import { mergeDocuments } from '../document/merge.js'
import { applyPatch } from '../document/patch.js'
import type { JournalEntry } from './journal.js'

/** The server's draft with the work that tabs left behind. Where both changed the same thing, the left work stands. */
export const recover = (server: EditorDocument, entries: readonly JournalEntry[]): EditorDocument =>
  entries.reduce((theirs, { base, draft }) => {
    const mine = readDocument(draft).document
    return applyPatch(mine, mergeDocuments(readDocument(base).document, mine, theirs).patch)
  }, server)
