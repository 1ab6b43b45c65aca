interface Owner<Task> {
  waiting: Task[]
  running: number
}

/** Scripts that wait, by owner, and how many threads each has. An owner that is given a thread moves to the end. */
export class ScriptQueue<Task> {
  readonly #owners = new Map<string, Owner<Task>>()

  add(owner: string, task: Task): void {
    this.#owner(owner).waiting.push(task)
  }

  /** Before all others of its owner. */
  addFirst(owner: string, task: Task): void {
    this.#owner(owner).waiting.unshift(task)
  }

  remove(owner: string, task: Task): void {
    const known = this.#owner(owner)
    known.waiting = known.waiting.filter((each) => each !== task)
    this.#forget(owner)
  }

  /** Who is next: of those that wait, the one with the fewest threads. */
  peek(): { readonly owner: string; readonly running: number } | undefined {
    let next: { owner: string; running: number } | undefined
    for (const [owner, { waiting, running }] of this.#owners)
      if (waiting.length > 0 && (next === undefined || running < next.running)) next = { owner, running }
    return next
  }

  waits(owner: string): boolean {
    return (this.#owners.get(owner)?.waiting.length ?? 0) > 0
  }

  /** The owner's first, which waits no more. */
  take(owner: string): Task {
    const task = this.#owners.get(owner)?.waiting.shift()
    if (task === undefined) throw new Error(`nothing of ${owner} waits`)
    return task
  }

  /** It has one thread more, until `freed`. */
  occupied(owner: string): void {
    const known = this.#owner(owner)
    known.running += 1
    this.#owners.delete(owner)
    this.#owners.set(owner, known)
  }

  freed(owner: string): void {
    this.#owner(owner).running -= 1
    this.#forget(owner)
  }

  /** Forgets all that wait, and gives them. */
  clear(): Task[] {
    return [...this.#owners.values()].flatMap((owner) => owner.waiting.splice(0))
  }

  #owner(name: string): Owner<Task> {
    let owner = this.#owners.get(name)
    if (owner === undefined) {
      owner = { waiting: [], running: 0 }
      this.#owners.set(name, owner)
    }
    return owner
  }

  #forget(name: string): void {
    const owner = this.#owners.get(name)
    if (owner?.running === 0 && owner.waiting.length === 0) this.#owners.delete(name)
  }
}
