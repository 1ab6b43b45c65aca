const LINK = /<([^>]*)>((?:\s*;\s*[^=;,\s]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^";,\s]*))?)*)/g
const PARAM = /;\s*([^=;,\s]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^";,\s]*)))?/g

/** The first target of a `Link` header whose relation is `next`, as it is written. RFC 8288, section 3. */
export const nextLink = (header: string | undefined): string | undefined => {
  for (const [, target, params = ''] of (header ?? '').matchAll(LINK)) {
    // Of several `rel` in one link only the first counts.
    const rel = [...params.matchAll(PARAM)].find(([, name]) => name?.toLowerCase() === 'rel')
    const relations = (rel?.[2] ?? rel?.[3] ?? '').toLowerCase().split(/\s+/)
    if (relations.includes('next')) return target
  }
  return undefined
}
