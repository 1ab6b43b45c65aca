import type { Signature } from '../functions/signature.js'
import type { Frame } from './frame.js'
import type { Node } from './syntax.js'

/** What an expression can call. Data never holds one: functions are not JSON. */
export abstract class Callable {
  /** How many arguments a higher-order function such as `$map` hands over at most. */
  abstract readonly arity: number
  readonly signature: Signature | undefined = undefined
}

/** `function($a, $b) { … }`, with what it closes over. */
export class Lambda extends Callable {
  readonly arity: number
  constructor(
    readonly node: Node,
    readonly input: unknown,
    readonly frame: Frame,
    override readonly signature: Signature | undefined,
  ) {
    super()
    this.arity = node.arguments?.length ?? 0
  }
}

export type Implementation = (run: Frame['run'], ...args: never[]) => unknown

/** A function of the library. */
export class Builtin extends Callable {
  readonly arity: number
  constructor(
    readonly name: string,
    readonly implementation: Implementation,
    override readonly signature: Signature | undefined,
  ) {
    super()
    this.arity = implementation.length - 1
  }
}

/** A function that an evaluation makes: a regular expression, a transformer, a chain. */
export class Closure extends Callable {
  constructor(
    readonly call: (...args: unknown[]) => unknown,
    readonly arity = 1,
  ) {
    super()
  }
}

/** Stands in `arguments` where `?` stands. */
export const HOLE = Symbol('?')

/** `$f(1, ?)`. */
export class Partial extends Callable {
  readonly arity: number
  constructor(
    readonly target: Callable,
    readonly given: readonly unknown[],
  ) {
    super()
    this.arity = given.filter((each) => each === HOLE).length
  }

  /** The arguments of the target, with the holes filled. */
  fill(args: readonly unknown[]): unknown[] {
    let next = 0
    const filled = this.given.map((each) => (each === HOLE ? args[next++] : each))
    while (filled.length > 0 && filled.at(-1) === undefined) filled.pop()
    return filled
  }
}
