const REDACTED = '[redacted]'

/** Shorter secrets are left: taking every "a" out of a response would destroy it and protect nothing. */
const SHORTEST = 4

/**
 * A function that takes these secrets out of a text: some servers echo what they were sent (I8). Covers the
 * value as it is, as inside a JSON string, URL-encoded and in base64. A base64 of the value joined to other
 * bytes is not found.
 */
export const redactor = (secrets: readonly string[]): ((text: string) => string) => {
  const forms = allForms(secrets)
  return (text) => forms.reduce((clean, form) => clean.replaceAll(form, REDACTED), text)
}

/** The same for bytes that are kept as they came; they are the very same ones where no secret is found. */
export const bytesRedactor = (secrets: readonly string[]): ((bytes: Uint8Array) => Uint8Array) => {
  // One character a byte, on both sides.
  const forms = allForms(secrets).map((form) => Buffer.from(form).toString('latin1'))
  return (bytes) => {
    const text = forms.length === 0 ? '' : Buffer.from(bytes).toString('latin1')
    const clean = forms.reduce((rest, form) => rest.replaceAll(form, REDACTED), text)
    return clean === text ? bytes : Buffer.from(clean, 'latin1')
  }
}

/** Longest first: a form may hold another. */
const allForms = (secrets: readonly string[]): string[] =>
  [...new Set(secrets.filter((secret) => secret.length >= SHORTEST).flatMap(formsOf))].sort(
    (a, b) => b.length - a.length,
  )

const formsOf = (secret: string): string[] => {
  const bytes = Buffer.from(secret)
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ]
}
