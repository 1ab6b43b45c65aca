const REDACTED = '[redacted]'

/** Shorter secrets are left: taking every "a" out of a response would destroy it and protect nothing. */
const SHORTEST = 4

/**
 * A function that takes these secrets out of a text: some servers echo what they were sent (I8). Covers the
 * value as it is, as inside a JSON string, URL-encoded and in base64. A base64 of the value joined to other
 * bytes is not found.
 */
export const redactor = (secrets: readonly string[]): ((text: string) => string) => {
  const forms = [...new Set(secrets.filter((secret) => secret.length >= SHORTEST).flatMap(formsOf))]
  // Longest first: a form may hold another.
  forms.sort((a, b) => b.length - a.length)
  return (text) => forms.reduce((clean, form) => clean.replaceAll(form, REDACTED), text)
}

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
