import { bulkOperation, bulkPreview, type PreviewBulkBody } from '@millrace/contracts'
import type { Transport } from '../transport.js'

/** One action on many runs: `preview` counts them, `start` takes its token. */
export const createBulk = (transport: Transport) => ({
  preview: (body: PreviewBulkBody) =>
    transport.call({ method: 'POST', path: '/runs/bulk/preview', body }, bulkPreview),

  /** Acts on the very runs that were counted. Throws BULK_NOT_OPEN when the preview is too old. */
  start: (token: string) =>
    transport.call({ method: 'POST', path: '/runs/bulk', body: { token } }, bulkOperation),

  get: (id: string) =>
    transport.call({ method: 'GET', path: `/bulk/${encodeURIComponent(id)}` }, bulkOperation),

  /** What it has done stays done. Throws BULK_NOT_OPEN when it has ended. */
  abort: (id: string) =>
    transport.call(
      { method: 'POST', path: `/bulk/${encodeURIComponent(id)}/abort`, body: {} },
      bulkOperation,
    ),
})
