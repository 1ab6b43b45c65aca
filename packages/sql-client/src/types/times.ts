/** `2026-07-04 09:30:00.123456`, as Postgres writes it with DateStyle ISO; years of four digits. */
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(\.\d+)?([+-]\d{2}(?::\d{2}){0,2})?$/

/** Without a zone, every digit kept: `2026-07-04T09:30:00`. Infinity and years of other lengths stay as they are. */
export function decodeTimestamp(text: string): string {
  const [, date, time, fraction = ''] = TIMESTAMP.exec(text) ?? []
  return date === undefined ? text : `${date}T${time}${fraction}`
}

/** In UTC, every digit kept: `2026-07-04T09:30:00.123456Z`, whatever the zone of the session or of this process. */
export function decodeInstant(text: string): string {
  const [, date, time, fraction = '', offset] = TIMESTAMP.exec(text) ?? []
  if (date === undefined || offset === undefined) return text
  const instant = new Date(Date.parse(`${date}T${time}Z`) - offsetMs(offset))
  const year = instant.getUTCFullYear()
  return year < 1 || year > 9999 ? text : `${instant.toISOString().slice(0, 19)}${fraction}Z`
}

/** Old zones have seconds: `+00:53:28`. */
function offsetMs(offset: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = offset.slice(1).split(':').map(Number)
  return (offset.startsWith('-') ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds) * 1_000
}
