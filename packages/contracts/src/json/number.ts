/** JSON.stringify writes integers below this with all their digits, and larger ones with an exponent. */
const WRITTEN_OUT = 1e21

/** An integer as JSON values hold it: a number where it is exact, else a bigint. */
export const exactInteger = (value: bigint): number | bigint => {
  const near = Number(value)
  return Number.isSafeInteger(near) ? near : value
}

/**
 * A double as JSON values hold it: one that is written as digits which are then read as a bigint is that bigint from
 * the start, so that a value is the same before and after it has been stored. For the same reason -0 is 0.
 */
export const exactNumber = (value: number): number | bigint =>
  Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < WRITTEN_OUT
    ? BigInt(value)
    : value + 0

/** The value of a JSON number; undefined when it is beyond every double. */
export const readNumber = (text: string): number | bigint | undefined => {
  const near = Number(text)
  if (!Number.isFinite(near)) return undefined
  if (Number.isSafeInteger(near)) return near
  if (/^-?\d+$/.test(text)) return BigInt(text)
  return Math.abs(near) < WRITTEN_OUT ? (integerOf(text) ?? exactNumber(near)) : near
}

/** What is an integer though it is written with a fraction or an exponent: 1.5e17, 9007199254740993.0. */
const integerOf = (text: string): bigint | undefined => {
  const [, whole = '', fraction = '', exponent = '0'] = /^(-?\d+)(?:\.(\d+?)0*)?(?:e(.+))?$/i.exec(text) ?? []
  const digits = fraction === '0' ? '' : fraction
  const zeros = Number(exponent) - digits.length
  return zeros >= 0 && zeros < 22 ? BigInt(whole + digits + '0'.repeat(zeros)) : undefined
}
