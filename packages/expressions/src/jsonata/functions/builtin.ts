/** What JSONata passes as `this`. */
export interface Focus {
  createSequence(): unknown[]
}

export type Builtin = (this: Focus, ...args: unknown[]) => unknown

/** What `$name` evaluates to: one object for all expressions. */
export interface Definition {
  implementation: Builtin
}
