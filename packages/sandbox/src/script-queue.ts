interface Owner<Task> {
  readonly waiting: Set<Task>
  running: number
}

/** Scripts that wait, by owner, and how many of each run. In the map's order an owner that is served moves to the end. */
export class ScriptQueue<Task> {
  readonly #owners = new Map<string, Owner<Task>>()

  add(owner: string, task: Task): void {
    const known = this.#owners.get(owner)
    if (known === undefined) this.#owners.set(owner, { waiting: new Set([task]), running: 0 })
    else known.waiting.add(task)
  }

  remove(owner: string, task: Task): void {
    this.#owners.get(owner)?.waiting.delete(task)
    this.#forget(owner)
  }

  /** Whoever is next: of those that wait, the one with the fewest running. */
  peek(): { readonly owner: string; readonly running: number } | undefined {
    let next: { owner: string; running: number } | undefined
    for (const [owner, { waiting, running }] of this.#owners)
      if (waiting.size > 0 && (next === undefined || running < next.running)) next = { owner, running }
    return next
  }

  /** Its first, which runs from now on until `ended`. */
  take(owner: string): Task {
    const found = this.#owners.get(owner)
    const [task] = found?.waiting ?? []
    if (found === undefined || task === undefined) throw new Error(`nothing of ${owner} waits`)
    found.waiting.delete(task)
    found.running += 1
    this.#owners.delete(owner)
    this.#owners.set(owner, found)
    return task
  }

  ended(owner: string): void {
    const found = this.#owners.get(owner)
    if (found !== undefined) found.running -= 1
    this.#forget(owner)
  }

  /** Forgets all that wait, and gives them. */
  clear(): Task[] {
    return [...this.#owners.values()].flatMap(({ waiting }) => {
      const tasks = [...waiting]
      waiting.clear()
      return tasks
    })
  }

  #forget(owner: string): void {
    const found = this.#owners.get(owner)
    if (found !== undefined && found.running === 0 && found.waiting.size === 0) this.#owners.delete(owner)
  }
}
