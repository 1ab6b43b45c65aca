import { Agent, get, type IncomingMessage } from 'node:http'

export interface SseEvent {
  readonly id: number | undefined
  readonly name: string
  readonly data: string
}

/** As browsers do. */
const agent = new Agent({ keepAlive: true })

/** One SSE connection over a real socket. */
export class Viewer {
  readonly events: SseEvent[] = []
  readonly comments: string[] = []
  readonly response: IncomingMessage
  /** Resolves when the connection has gone, for whatever reason. */
  readonly closed: Promise<void>
  #text = ''
  #onChange: () => void = () => undefined

  private constructor(response: IncomingMessage) {
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => this.#read(chunk))
    response.on('error', () => undefined)
    this.closed = new Promise((resolve) => {
      response.once('close', () => {
        resolve()
        this.#onChange()
      })
    })
  }

  static open(url: string, headers: Record<string, string>): Promise<Viewer> {
    return new Promise((resolve, reject) => {
      const request = get(url, { headers, agent }, (response) => resolve(new Viewer(response)))
      request.on('error', reject)
    })
  }

  get lastId(): number {
    return this.events.at(-1)?.id ?? 0
  }

  /** Resolves once `done` holds, or the connection has gone. */
  async until(done: () => boolean): Promise<void> {
    while (!done() && !this.response.destroyed) {
      await new Promise<void>((resolve) => {
        this.#onChange = resolve
      })
    }
  }

  drop(): void {
    this.response.destroy()
  }

  #read(chunk: string): void {
    this.#text += chunk
    const messages = this.#text.split('\n\n')
    this.#text = messages.pop() ?? ''
    for (const message of messages) this.#take(message)
    this.#onChange()
  }

  #take(message: string): void {
    const fields = new Map<string, string>()
    for (const line of message.split('\n')) {
      const colon = line.indexOf(':')
      fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart())
    }
    const data = fields.get('data')
    if (data === undefined) {
      this.comments.push(message)
      return
    }
    const id = fields.get('id')
    this.events.push({ id: id === undefined ? undefined : Number(id), name: fields.get('event') ?? '', data })
  }
}
