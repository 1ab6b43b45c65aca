/** What a worker says of itself each second, and whenever half of what it has said last is taken. */
export interface PlacesPayload {
  /** As in its lease. */
  readonly workerId: string
  /** Runs that may begin there at once; 0 from a worker that drains. */
  readonly free: number
  /** Runs that may, of workspaces of which nothing else advances there. */
  readonly express: number
  /** Some workspaces that are not meant by that: those of which most advances there. */
  readonly crowding: readonly string[]
}

/** One of the release before says nothing of express places. @throws TypeError or SyntaxError when `payload` is not one. */
export function decodePlaces(payload: string): PlacesPayload {
  const value: unknown = JSON.parse(payload)
  if (typeof value === 'object' && value !== null && 'workerId' in value && 'free' in value) {
    const { workerId, free } = value
    const express = 'express' in value && typeof value.express === 'number' ? value.express : 0
    const crowding = 'crowding' in value && Array.isArray(value.crowding) ? value.crowding.map(String) : []
    if (typeof workerId === 'string' && typeof free === 'number') return { workerId, free, express, crowding }
  }
  throw new TypeError('not what a worker says of its places')
}
