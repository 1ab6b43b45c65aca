/**
 * What the pages keep in the URL. Parsed leniently: an old or broken link opens the page without the part that
 * cannot be read, rather than an error.
 */

type Search = Record<string, unknown>

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

const natural = (value: unknown): number | undefined => {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

const positive = (value: unknown): number | undefined => natural(value) || undefined

/** Drops what is undefined, so that the URL carries only what was set. */
const compact = <T extends object>(search: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }

/** Only paths of this app: a link may not lead a fresh sign-in somewhere else. */
export const parseSignInSearch = (search: Search) => {
  const next = text(search['next'])
  return compact({ next: next !== undefined && /^\/(?![/\\])/.test(next) ? next : undefined })
}

export const parseWorkflowsSearch = (search: Search) => compact({ search: text(search['search']) })

export const parseVersionsSearch = (search: Search) =>
  compact({
    show: search['show'] === 'draft' ? ('draft' as const) : positive(search['show']),
    /** The version it is compared with. */
    with: positive(search['with']),
  })

const CONSOLE_VIEWS = ['graph', 'timeline', 'log', 'data'] as const

export const parseConsoleSearch = (search: Search) =>
  compact({
    view: CONSOLE_VIEWS.find((view) => view === search['view']),
    /** Path of the selected step. */
    step: text(search['step']),
    /** `seq` of the moment shown. */
    at: natural(search['at']),
    /** Line of the log. */
    line: natural(search['line']),
  })
