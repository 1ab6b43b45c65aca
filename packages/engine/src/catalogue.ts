import type { Json } from '@millrace/contracts'

/** What the engine must know of a node type. Pure data and pure functions; the node library provides it. */
export interface NodeTypeFacts {
  readonly trigger: boolean
  /** It holds a body, which runs for each item or iteration. Its raw expressions may read the steps in there. */
  readonly container?: boolean
  /** Params that hold source text: templates in them are not expressions of ours. */
  readonly rawParams?: readonly string[]
  /** The expressions among those: pointers relative to `params`. */
  rawExpressions?(
    params: Record<string, Json>,
  ): readonly { readonly pointer: string; readonly source: string }[]
  /** Ports for these params, without the error port. Params may be unresolved templates. */
  ports(params: Record<string, Json>): readonly string[]
  /** What its form calls the param at a pointer relative to `params`. */
  fieldTitle?(pointer: string): string
  /** Checks unresolved params; a template counts as any value. Pointers are relative to `params`. */
  checkParams(params: Record<string, Json>): readonly ParamProblem[]
}

export interface ParamProblem {
  readonly pointer: string
  readonly message: string
  /** What to do; a general one where it is left out. */
  readonly hint?: string
  readonly code:
    | 'INVALID_PARAM'
    | 'EXPRESSION_SYNTAX'
    | 'SCRIPT_SYNTAX'
    | 'MISSING_CREDENTIAL'
    | 'SECRET_NOT_ALLOWED'
}

export interface NodeCatalogue {
  /** Undefined for an unknown type. */
  get(type: string): NodeTypeFacts | undefined
  readonly types: readonly string[]
}

/** What validation must know of expressions; packages/expressions provides it. */
export interface ExpressionChecker {
  /** Every expression in a params tree: its pointer, the steps it reads, and its syntax error if it has one. */
  inspectParams(params: Record<string, Json>): readonly ExpressionFacts[]
  inspectExpression(source: string): ExpressionFacts
}

export interface ExpressionFacts {
  readonly pointer: string
  readonly source: string
  /** Ids in `steps.<id>` that can be read off the syntax tree. */
  readonly steps: readonly string[]
  readonly syntaxError: string | null
  /** Names that nothing has which an expression can read, with the one that may have been meant. */
  readonly unknown?: readonly { readonly name: string; readonly meant: string | undefined }[]
}
