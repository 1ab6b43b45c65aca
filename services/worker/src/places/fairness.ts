/** Of the places of a worker, while another workspace waits for one (D19). */
const LARGEST_SHARE = 0.9
/** Milliseconds an answer of the database is good for: a workspace that has the worker to itself asks for every run. */
const FRESH_MS = 250

export interface FairnessDeps {
  /** Runs that may advance at the same time, and runs that may be held. */
  readonly places: { readonly advancing: number; readonly held: number }
  /** Whether runs of other workspaces wait for a worker. */
  readonly othersWait: (workspaceId: string) => Promise<boolean>
  /** Milliseconds, monotonic. */
  readonly now: () => number
}

/**
 * Owns: the count of this worker's places that each workspace has. A workspace alone may have them all; while another
 * one waits it gets no further one beyond 90 % (D19). Does not own the places, nor runs: whoever is told that a run
 * is one too many gives it back.
 */
export class Fairness {
  readonly #advancing = new Map<string, number>()
  readonly #held = new Map<string, number>()
  #all = 0
  #asked: { readonly workspaceId: string; readonly at: number; readonly answer: Promise<boolean> } | undefined

  constructor(private readonly deps: FairnessDeps) {}

  /** Runs of all workspaces. */
  get held(): number {
    return this.#all
  }

  advancingOf(workspaceId: string): number {
    return this.#advancing.get(workspaceId) ?? 0
  }

  heldBy(workspaceId: string): number {
    return this.#held.get(workspaceId) ?? 0
  }

  /** Workspaces of which so many runs advance. */
  withAtLeast(advancing: number): string[] {
    return [...this.#advancing].filter(([, count]) => count >= advancing).map(([workspaceId]) => workspaceId)
  }

  /** A run of the workspace has come: it is held, and advances until it yields. */
  entered(workspaceId: string): void {
    add(this.#advancing, workspaceId, 1)
    add(this.#held, workspaceId, 1)
    this.#all += 1
  }

  yielded(workspaceId: string): void {
    add(this.#advancing, workspaceId, -1)
  }

  left(workspaceId: string): void {
    add(this.#held, workspaceId, -1)
    this.#all -= 1
  }

  /** Whether the run that has entered last is one too many of its workspace. */
  async isTooMany(workspaceId: string): Promise<boolean> {
    const { advancing, held } = this.deps.places
    const within =
      this.advancingOf(workspaceId) <= shareOf(advancing) && this.heldBy(workspaceId) <= shareOf(held)
    return !within && (await this.#othersWait(workspaceId))
  }

  /** A database that does not answer is no reason to turn anybody away. */
  #othersWait(workspaceId: string): Promise<boolean> {
    const { othersWait, now } = this.deps
    const asked = this.#asked
    if (asked?.workspaceId === workspaceId && now() - asked.at < FRESH_MS) return asked.answer
    const answer = othersWait(workspaceId).catch(() => false)
    this.#asked = { workspaceId, at: now(), answer }
    return answer
  }
}

/** One at least: two workspaces that wait for a single place would turn each other away for ever. */
const shareOf = (places: number): number => Math.max(1, Math.floor(places * LARGEST_SHARE))

const add = (counts: Map<string, number>, workspaceId: string, by: 1 | -1): void => {
  const count = (counts.get(workspaceId) ?? 0) + by
  if (count === 0) counts.delete(workspaceId)
  else counts.set(workspaceId, count)
}
