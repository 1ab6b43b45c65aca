/** What a worker says of itself each second, and whenever half of what it has said last is taken. */
export interface PlacesPayload {
  /** As in its lease. */
  readonly workerId: string
  /** Runs that may begin there at once; 0 from a worker that drains. */
  readonly free: number
}

/** @throws TypeError or SyntaxError when `payload` is not one. */
export function decodePlaces(payload: string): PlacesPayload {
  const value: unknown = JSON.parse(payload)
  if (typeof value === 'object' && value !== null && 'workerId' in value && 'free' in value) {
    const { workerId, free } = value
    if (typeof workerId === 'string' && typeof free === 'number') return { workerId, free }
  }
  throw new TypeError('not what a worker says of its places')
}
