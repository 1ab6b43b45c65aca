import type { Json } from '@millrace/contracts'
import type { TemplateKind } from '@millrace/expressions'

interface Common {
  /** The member's name, or the place in a list. */
  readonly name: string
  readonly title: string
  readonly help: string | undefined
  readonly required: boolean
  /** What holds where the field is left out. */
  readonly fallback: Json | undefined
  /** Whether the value may be given by `{{ }}`. */
  readonly templates: boolean
  /** Whether it wants a list: an expression's lone value is then a list of one. */
  readonly isList: boolean
  /** How the values of its templates are written into it. */
  readonly template: TemplateKind
}

/** One field of a form, as its schema describes it. */
export type Field = Common &
  (
    | { readonly kind: 'text'; readonly multiline: boolean }
    | {
        readonly kind: 'number'
        readonly integer: boolean
        readonly minimum: number | undefined
        readonly maximum: number | undefined
      }
    | { readonly kind: 'boolean' }
    | { readonly kind: 'choice'; readonly options: readonly string[] }
    /** One JSONata expression, with or without `{{ }}`. */
    | { readonly kind: 'expression' }
    | { readonly kind: 'code'; readonly language: string }
    | { readonly kind: 'credential'; readonly types: readonly string[] }
    | { readonly kind: 'json' }
    | { readonly kind: 'group'; readonly fields: readonly Field[] }
    | { readonly kind: 'list'; readonly item: Field }
    /** Names of the author's choice, each with a value. */
    | { readonly kind: 'record'; readonly value: Field }
    /** One of several groups; the member `tag` says which. */
    | { readonly kind: 'variants'; readonly tag: string; readonly options: readonly Variant[] }
  )

export interface Variant {
  readonly value: string
  readonly title: string
  readonly fields: readonly Field[]
}

export type FieldOf<K extends Field['kind']> = Extract<Field, { readonly kind: K }>
