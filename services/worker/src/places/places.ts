import { Fairness, type FairnessDeps } from './fairness.js'
import { Slots } from './slots.js'

/** A run, as far as its place goes. */
export interface PlacedRun {
  readonly id: string
  readonly workspaceId: string
}

export interface PlacesOptions extends Pick<FairnessDeps, 'othersWait' | 'now'> {
  /** Ordinary places: runs that advance at the same time. */
  readonly concurrency: number
  /** Runs held, those that wait on the outside included. */
  readonly maxHeld: number
}

/** One express place, or one that a workspace is told of as crowding, for so many ordinary ones. */
const A_PART = 16
const FEWEST_EXPRESS = 2

/**
 * Owns: the places of a worker in which runs advance (D11), and who has them. Does not own runs.
 *
 * 1. An ordinary place is for any run. Whoever waits for one is not overtaken, but by a smaller priority (D19).
 * 2. An express place is for a run whose workspace advances nothing else here, so that it need not wait for others'
 *    runs. There are few, beside the ordinary ones; nobody waits for one.
 * 3. Both are bounded, and so are runs held: by `maxHeld` and the number of express places (I10).
 */
export class Places {
  readonly #ordinary: Slots
  readonly #fairness: Fairness
  /** Runs that have one. */
  readonly #express = new Set<string>()
  /** Runs with a place that have not entered it, and their workspaces. */
  readonly #reserved = new Map<string, string>()
  readonly #expressPlaces: number
  readonly #crowd: number
  #onFree: () => void = () => {}

  constructor(private readonly options: PlacesOptions) {
    const { concurrency, maxHeld, othersWait, now } = options
    this.#ordinary = new Slots(concurrency)
    const part = Math.floor(concurrency / A_PART)
    this.#expressPlaces = Math.max(FEWEST_EXPRESS, part)
    this.#crowd = Math.max(1, part)
    this.#fairness = new Fairness({ places: { advancing: concurrency, held: maxHeld }, othersWait, now })
    this.#ordinary.onFree(() => this.#onFree())
  }

  /** Called when an ordinary place becomes free that nobody waits for, or an express one. */
  onFree(listener: () => void): void {
    this.#onFree = listener
  }

  /** Ordinary ones that could be taken now. */
  get free(): number {
    return this.#held < this.options.maxHeld ? this.#ordinary.free : 0
  }

  get freeExpress(): number {
    const mayBeHeld = this.options.maxHeld + this.#expressPlaces - this.#held
    return Math.max(0, Math.min(this.#expressPlaces - this.#express.size, mayBeHeld))
  }

  /** Workspaces with so many places that none of their runs gets an express one: 16 at most, or each that has one. */
  get crowding(): string[] {
    return this.#fairness.withAtLeast(this.#crowd)
  }

  /** Waits for an ordinary place, for whichever run then enters. */
  acquire(priority?: number): Promise<void> {
    return this.#ordinary.acquire(priority)
  }

  /** Gives back what `acquire` has given, for no run. */
  release(): void {
    this.#ordinary.release()
  }

  /** A place for this run at once, an ordinary one or else an express one; false when there is none for it. */
  tryReserve(run: PlacedRun): boolean {
    if (this.free > 0) this.#ordinary.tryAcquire()
    else if (this.freeExpress > 0 && this.#isAlone(run)) this.#express.add(run.id)
    else return false
    this.#reserved.set(run.id, run.workspaceId)
    return true
  }

  /** Gives back what `tryReserve` has given. */
  cancel(run: PlacedRun): void {
    this.#reserved.delete(run.id)
    this.#free(run)
  }

  /** The run takes the place that was acquired, or reserved for it. */
  entered({ id, workspaceId }: PlacedRun): void {
    this.#reserved.delete(id)
    this.#fairness.entered(workspaceId)
  }

  /** The run needs its place no more, though it may be held on. */
  yielded(run: PlacedRun): void {
    this.#fairness.yielded(run.workspaceId)
    this.#free(run)
  }

  /** The run is held no more. */
  left({ workspaceId }: PlacedRun): void {
    this.#fairness.left(workspaceId)
  }

  /** Whether the run is the only one of its workspace that is held here. */
  isOnly({ workspaceId }: Pick<PlacedRun, 'workspaceId'>): boolean {
    return this.#fairness.heldBy(workspaceId) <= 1
  }

  /** Whether the run that has entered last is one too many of its workspace (D19). */
  isTooMany({ workspaceId }: PlacedRun): Promise<boolean> {
    return this.#fairness.isTooMany(workspaceId)
  }

  #free({ id }: PlacedRun): void {
    if (!this.#express.delete(id)) this.#ordinary.release()
    else this.#onFree()
  }

  #isAlone({ workspaceId }: PlacedRun): boolean {
    if (this.#fairness.advancingOf(workspaceId) > 0) return false
    if ([...this.#reserved.values()].includes(workspaceId)) return false
    return this.#held < this.options.maxHeld || this.#fairness.heldBy(workspaceId) === 0
  }

  get #held(): number {
    return this.#fairness.held + this.#reserved.size
  }
}
