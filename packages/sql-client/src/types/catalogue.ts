import { BUILT_IN, type TypeInfo } from './oids.js'

/** A row of `pg_type`, as text. */
interface TypeRow {
  readonly oid: string
  readonly element: string | null
  readonly delimiter: string
  readonly base: string | null
}

const LOOK_UP = `
  SELECT oid::text AS oid, typdelim::text AS delimiter,
    CASE WHEN typcategory = 'A' AND typelem <> 0 THEN typelem::text END AS element,
    CASE WHEN typtype = 'd' THEN typbasetype::text END AS base
  FROM pg_catalog.pg_type WHERE oid = ANY ($1::oid[])`

/** Runs a statement of ours; gives its rows. */
export type Ask = (text: string, values: readonly string[]) => Promise<readonly TypeRow[]>

/** The most that is remembered of one database. */
const MAX_TYPES = 5_000

/** The types of one database: Postgres's own, and those that were met and looked up, a domain as what it stands for. */
export class TypeCatalogue {
  readonly #met = new Map<number, TypeInfo | { readonly base: number }>()

  /** Of a type that is not known, as of text. */
  get(oid: number): TypeInfo & { readonly oid: number } {
    const info = BUILT_IN.get(oid) ?? this.#met.get(oid)
    if (info === undefined) return { oid, element: undefined, delimiter: ',' }
    return 'base' in info ? this.get(info.base) : { oid, ...info }
  }

  knows(oids: readonly number[]): boolean {
    return oids.every((oid) => BUILT_IN.has(oid) || this.#met.has(oid))
  }

  /** Looks up what is not known, and what that is made of. */
  async learn(oids: readonly number[], ask: Ask): Promise<void> {
    const unknown = [...new Set(oids)].filter((oid) => !this.knows([oid]))
    if (unknown.length === 0) return
    if (this.#met.size + unknown.length > MAX_TYPES) this.#met.clear()
    // A type that is gone again is text.
    for (const oid of unknown) this.#met.set(oid, { element: undefined, delimiter: ',' })
    const rows = await ask(LOOK_UP, [`{${unknown.join(',')}}`])
    for (const { oid, element, delimiter, base } of rows)
      this.#met.set(
        Number(oid),
        base === null
          ? { element: element === null ? undefined : Number(element), delimiter }
          : { base: Number(base) },
      )
    await this.learn(
      rows
        .flatMap(({ element, base }) => [element ?? base])
        .filter(isGiven)
        .map(Number),
      ask,
    )
  }
}

const isGiven = (text: string | null): text is string => text !== null
