/** By which other programs are told of a proxy. Millrace goes out directly: what a proxy looks up cannot be checked. */
const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']

/**
 * What to tell whoever has set them, who would otherwise look for the reason of calls that do not arrive; undefined where
 * none is set. Their values may hold a password and are left out (I8).
 */
export const unusedProxyVariables = (
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined => {
  const set = Object.keys(environment).filter(
    (name) => NAMES.includes(name.toUpperCase()) && environment[name],
  )
  if (set.length === 0) return undefined
  return `${set.join(' and ')} ${set.length === 1 ? 'is' : 'are'} not used: steps call out directly, so that each address is checked`
}
