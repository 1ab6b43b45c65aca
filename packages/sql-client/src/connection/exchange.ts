import { MillraceError } from '@millrace/contracts'
import type { Connection, FieldDef, Submittable } from 'pg'

/** What the server says a statement takes and gives, before anything has run. */
export interface Description {
  /** Object ids of the parameters' types. */
  readonly parameters: readonly number[]
  readonly fields: readonly FieldDef[]
}

export interface Answer {
  /** Values as text, `null` for NULL. */
  readonly rows: readonly (readonly (string | null)[])[]
  /** As the server counts: `INSERT 0 3`. */
  readonly tag: string
}

/** The session's transaction: none, open, or open and failed. */
export type TransactionStatus = 'I' | 'T' | 'E'

/**
 * One statement in the extended protocol, in two parts that share one implicit transaction: it is described, and runs
 * only once `execute` is called. So what its parameters are is known before they are written, and whoever must not
 * run it any more can still turn back. Nothing is prepared under a name, so that a pooler may hand on the connection.
 *
 * 1. Exactly one Sync is heard, whatever happens; `ended` settles with the ReadyForQuery that answers it.
 * 2. `executed` is false as long as the statement cannot have had any effect.
 */
export class Exchange implements Submittable {
  readonly described: Promise<Description>
  readonly ended: Promise<TransactionStatus>
  executed = false
  error: Error | undefined
  readonly rows: (string | null)[][] = []
  tag = ''
  #connection: Connection | undefined
  #synced = false
  #parameters: readonly number[] = []
  #describe: (description: Description) => void = () => {}
  #refuse: (error: Error) => void = () => {}
  #end: (status: TransactionStatus) => void = () => {}
  #lose: (error: Error) => void = () => {}

  constructor(private readonly text: string) {
    this.described = new Promise((resolve, reject) => {
      this.#describe = resolve
      this.#refuse = reject
    })
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve
      this.#lose = reject
    })
    // Either may have nobody who waits for it.
    this.described.catch(() => {})
    this.ended.catch(() => {})
  }

  submit = (connection: Connection): void => {
    this.#connection = connection
    const onParameters = ({ dataTypeIDs }: { dataTypeIDs: number[] }) => {
      this.#parameters = dataTypeIDs
    }
    const onNoData = () => this.#describe({ parameters: this.#parameters, fields: [] })
    connection.on('parameterDescription', onParameters).on('noData', onNoData)
    connection.once('readyForQuery', ({ status }: { status: TransactionStatus }) => {
      connection.off('parameterDescription', onParameters).off('noData', onNoData)
      this.#end(status)
    })
    connection.parse({ name: '', text: this.text, types: [] }, true)
    connection.describe({ type: 'S', name: '' }, true)
    connection.flush()
  }

  /** Runs the described statement. Values as text, `null` for NULL. */
  execute(values: readonly (string | null)[]): void {
    this.executed = true
    this.#connection?.bind({ portal: '', statement: '', values: [...values] }, true)
    this.#connection?.execute({ portal: '' }, true)
    this.#sync()
  }

  /** Ends the exchange without running the statement. */
  abandon(): void {
    this.#sync()
  }

  handleRowDescription({ fields }: { fields: FieldDef[] }): void {
    this.#describe({ parameters: this.#parameters, fields })
  }
  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.rows.push(fields)
  }
  handleCommandComplete({ text }: { text: string }): void {
    this.tag = text
  }
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleReadyForQuery(): void {}
  handleCopyData(): void {
    this.error ??= new MillraceError('QUERY_FAILED', 'COPY is not possible here: select the rows', {
      details: { retryable: false },
    })
  }
  handleCopyInResponse(connection: Connection & { sendCopyFail?(reason: string): void }): void {
    connection.sendCopyFail?.('COPY is not possible here: insert the rows')
    // The one that was sent is not heard while data is waited for.
    connection.sync()
  }

  /** Of the server, which then waits for the Sync; or of a connection that is no more. */
  handleError(error: Error): void {
    this.error ??= error
    this.#refuse(error)
    if ('severity' in error) this.#sync()
    else this.#lose(error)
  }

  #sync(): void {
    if (this.#synced) return
    this.#synced = true
    this.#connection?.sync()
  }
}
