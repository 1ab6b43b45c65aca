import type { Client } from '@millrace/sdk'
import { UsageError } from './exit-code.js'

const WHOLE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const SHORT = /^[0-9a-f][0-9a-f-]{3,34}$/
const PAGE = 200
/** How far back a short id is looked for, in runs. */
const REACH = 1_000

/**
 * The full id of a run that is named by the beginning or the end of its id, among the latest 1,000. Throws UsageError for
 * what cannot be part of an id, and when none or several fit.
 */
export const resolveRunId = async (client: Client, given: string): Promise<string> => {
  const part = given.toLowerCase()
  if (WHOLE.test(part)) return part
  if (!SHORT.test(part))
    throw new UsageError(
      `${JSON.stringify(given)} is not the id of a run: give the whole id, or at least four hex characters of its beginning or end.`,
    )
  const found: string[] = []
  let cursor: string | undefined
  for (let seen = 0; seen < REACH; seen += PAGE) {
    const page = await client.runs.list({
      limit: PAGE,
      tests: 'include',
      ...(cursor === undefined ? {} : { cursor }),
    })
    found.push(...page.items.map(({ id }) => id).filter((id) => id.startsWith(part) || id.endsWith(part)))
    if (page.nextCursor === null) break
    cursor = page.nextCursor
  }
  const [id, ...others] = found
  if (id === undefined) throw new UsageError(`None of the latest ${REACH} runs has an id like ${given}.`)
  if (others.length > 0)
    throw new UsageError(`Several runs have an id like ${given}: ${found.slice(0, 5).join(', ')}.`)
  return id
}
