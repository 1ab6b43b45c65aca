import { nearestName } from '../nearest.js'

export { nearestName }

/** The functions of the language, without their `$`. `eval` is none of them: what an expression reads must be plain. */
export const FUNCTION_NAMES: readonly string[] = (
  'abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent ' +
  'distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber ' +
  'fromMillis join keys length lookup lowercase map match max merge millis min not now number pad parseInteger ' +
  'power random reduce replace reverse round shuffle sift single sort split spread sqrt string substring ' +
  'substringAfter substringBefore sum toMillis trim type uppercase zip'
).split(' ')

/** The end of a message about a function that is not there. */
export function suggestFunction(name: string): string {
  if (name === 'eval') return ': $eval is switched off'
  const meant = nearestName(name, FUNCTION_NAMES)
  return meant === undefined ? '' : `; did you mean $${meant}?`
}
