/**
 * What goes wrong inside an evaluation. No Error: an expression may fail a million times under `$filter`, and nobody
 * reads the stack of a tree walker. `limit` says that a guard has stopped it, and not the expression's own mistake.
 */
export class Failure {
  constructor(
    readonly message: string,
    readonly limit = false,
  ) {}
}

export const limitFailure = (message: string): Failure => new Failure(message, true)
