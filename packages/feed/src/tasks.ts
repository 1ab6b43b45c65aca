/** What a worker says once tasks for programs outside are there to be taken. */
export interface NewTaskPayload {
  readonly workspaceId: string
  readonly queue: string
}

/** @throws TypeError or SyntaxError when `payload` is not one. */
export function decodeNewTask(payload: string): NewTaskPayload {
  const value: unknown = JSON.parse(payload)
  if (typeof value === 'object' && value !== null && 'workspaceId' in value && 'queue' in value) {
    const { workspaceId, queue } = value
    if (typeof workspaceId === 'string' && typeof queue === 'string') return { workspaceId, queue }
  }
  throw new TypeError('not what a worker says of new tasks')
}
