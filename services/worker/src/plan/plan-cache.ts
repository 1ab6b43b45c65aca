import { MillraceError } from '@millrace/contracts'
import { compilePlan, type Plan, type VersionRow } from './plan.js'

/** Plans by version id. Versions are immutable, so a plan never goes stale; the least recently used one leaves. */
export class PlanCache {
  readonly #plans = new Map<string, Promise<Plan>>()

  constructor(
    private readonly load: (versionId: string) => Promise<VersionRow>,
    private readonly limit = 200,
  ) {}

  get(versionId: string): Promise<Plan> {
    const known = this.#plans.get(versionId)
    if (known !== undefined) {
      this.#plans.delete(versionId)
      this.#plans.set(versionId, known)
      return known
    }
    const plan = this.load(versionId).then(compile)
    // A failed load (database away) is not remembered.
    plan.catch(() => this.#plans.delete(versionId))
    this.#plans.set(versionId, plan)
    this.#evict()
    return plan
  }

  #evict(): void {
    if (this.#plans.size <= this.limit) return
    const oldest = this.#plans.keys().next()
    if (!oldest.done) this.#plans.delete(oldest.value)
  }
}

/** The run cannot begin, and trying again changes nothing: it ends with this error. */
export class Unstartable extends MillraceError {}

/** No worker of this build can run the version. */
class UnrunnableVersion extends Unstartable {
  constructor(version: VersionRow, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const what = version.number === null ? 'the draft' : `version ${version.number}`
    super('INVALID_DEFINITION', `${what} of ${version.name} cannot be run: ${reason}`, {
      cause,
    })
  }
}

function compile(version: VersionRow): Plan {
  try {
    return compilePlan(version)
  } catch (cause) {
    throw new UnrunnableVersion(version, cause)
  }
}
