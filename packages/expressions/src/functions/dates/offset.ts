import { Failure } from '../../evaluator/failure.js'

const OFFSET = /^([+-])(\d\d)(?::?([0-5]\d))?$/

/** Minutes east of UTC: `Z`, `+05:30`, `-0330`, `+02`. Undefined for anything else; a name of a zone too. */
export function parseOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0
  const [, sign, hours, minutes = '0'] = OFFSET.exec(text) ?? []
  if (hours === undefined || Number(hours) > 23) return undefined
  const east = Number(hours) * 60 + Number(minutes)
  return sign === '-' && east !== 0 ? -east : east
}

/** Throws a Failure. Digits without a sign are east, as JSONata has it. */
export function requireOffset(text: string): number {
  const offset = parseOffset(/^\d{4}$/.test(text) ? `+${text}` : text)
  if (offset !== undefined) return offset
  throw new Failure(
    `a timezone is written as an offset such as +0200 or -03:30, not as ${JSON.stringify(text.slice(0, 60))}`,
  )
}
