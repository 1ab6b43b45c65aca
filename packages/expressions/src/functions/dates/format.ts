import { Failure } from '../../evaluator/failure.js'
import { formatWith } from '../pictures.js'
import { componentOf, DAYS, MONTHS } from './calendar.js'
import { type Component, isName, parsePicture } from './picture.js'

/** A moment as the picture writes it, `offset` minutes east of UTC. */
export function formatDate(millis: number, picture: string, offset: number): string {
  const local = new Date(millis + offset * 60_000)
  return parsePicture(picture)
    .map((part) => ('literal' in part ? part.literal : formatPart(local, part, offset)))
    .join('')
}

function formatPart(local: Date, part: Component, offset: number): string {
  switch (part.letter) {
    case 'Z':
    case 'z':
      return formatOffset(part, offset)
    case 'P':
      return inCase(componentOf(local, 'P') === 1 ? 'pm' : 'am', part.presentation)
    // Of calendars and eras only this one is known.
    case 'C':
    case 'E':
      return 'ISO'
    case 'f':
      return formatFraction(local.getUTCMilliseconds(), part)
    case 'Y':
      return formatYear(local.getUTCFullYear(), part)
    default:
      return isName(part) ? formatName(local, part) : formatNumberPart(componentOf(local, part.letter), part)
  }
}

function formatName(local: Date, part: Component): string {
  const { letter, presentation, width } = part
  const names = letter === 'M' || letter === 'x' ? MONTHS : letter === 'F' ? DAYS : undefined
  if (names === undefined)
    throw new Failure(`[${letter}${presentation}] in a picture: only months and days have names`)
  return inCase(names[componentOf(local, letter) - 1]!, presentation).slice(0, width.max)
}

/** `N` upper case, `n` lower, `Nn` as names are written. */
function inCase(name: string, presentation: string): string {
  if (presentation === 'Nn') return name
  return presentation.startsWith('N') ? name.toUpperCase() : name.toLowerCase()
}

function formatNumberPart(
  value: number,
  { letter, presentation, modifier, width, digits }: Component,
): string {
  if (digits === 0 || modifier === 'o' || !/^[01]+$/.test(presentation)) {
    const caller = `[${letter}${presentation}] in a picture`
    const written = formatWith(value, presentation + (modifier === 'o' ? ';o' : ''), caller)
    return written.padStart(digits === 0 ? 0 : (width.min ?? 0), '0')
  }
  const sign = value < 0 ? '-' : ''
  return sign + String(Math.abs(value)).padStart(Math.max(digits, width.min ?? 0), '0')
}

/** Two or three digits show the last of the year; four show all there are. */
function formatYear(year: number, part: Component): string {
  const written = Math.max(part.digits, part.width.min ?? 0)
  const shown = part.width.max ?? (written >= 2 ? written : undefined)
  if (shown === undefined || shown >= 4) return formatNumberPart(year, part)
  if (year < 0) throw new Failure(`the year ${year} cannot be shown with ${shown} digits`)
  return String(year % 10 ** shown).padStart(shown, '0')
}

/** Digits behind the point: as many as are written, or without more than one as many as there are. */
function formatFraction(millis: number, { digits, width, presentation }: Component): string {
  const all = String(millis).padStart(3, '0')
  const wanted = Math.max(digits, width.min ?? 0)
  const most = width.max ?? (wanted > 1 || presentation.length > 1 ? wanted : 3)
  return all.slice(0, most).replace(/0+$/, '').padEnd(Math.max(1, wanted), '0')
}

function formatOffset({ letter, presentation, modifier, digits }: Component, offset: number): string {
  if (offset === 0 && modifier === 't') return 'Z'
  if (digits < 1 || digits > 4)
    throw new Failure(`[${letter}${presentation}] in a picture: an offset has 1 to 4 digits`)
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60]
  const separator = presentation.replace(/\p{Nd}/gu, '')
  const hourDigits = digits > 2 ? digits - 2 : digits
  const tail = String(minutes).padStart(2, '0')
  const withMinutes = digits > 2 ? separator + tail : minutes === 0 ? '' : `:${tail}`
  const text = (offset < 0 ? '-' : '+') + String(hours).padStart(hourDigits, '0') + withMinutes
  return letter === 'z' ? `GMT${text}` : text
}
