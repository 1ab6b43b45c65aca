/** Loaded before a service: its wall clock is off by CHAOS_CLOCK_OFFSET_MS; its monotonic clock is left alone. */

const RealDate = Date
const offset = Number(process.env['CHAOS_CLOCK_OFFSET_MS'])

class WrongDate extends RealDate {
  constructor(...parts: unknown[]) {
    // Date's overloads cannot be spread; whatever the caller passes goes on as it is.
    super(...((parts.length === 0 ? [WrongDate.now()] : parts) as [number]))
  }

  static override now(): number {
    return RealDate.now() + offset
  }
}

globalThis.Date = WrongDate as DateConstructor
