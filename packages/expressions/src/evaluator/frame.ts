import type { Node } from './syntax.js'

/** What the parts of the evaluator ask of the whole. */
export interface Run {
  evaluate(node: Node, input: unknown, frame: Frame): unknown
  /** `context` takes the place of an argument that a signature marks with `-`. */
  apply(target: unknown, args: readonly unknown[], context?: unknown, name?: string): unknown
  /** Milliseconds since the epoch; the same all through an evaluation. */
  readonly now: number
}

/** The variables of one block or call. */
export class Frame {
  #bindings: Map<string, unknown> | undefined

  /** The outermost frame knows the functions of the language. */
  constructor(
    readonly run: Run,
    private readonly outer: Frame | ReadonlyMap<string, unknown>,
  ) {}

  bind(name: string, value: unknown): void {
    this.#bindings ??= new Map()
    this.#bindings.set(name, value)
  }

  lookup(name: string): unknown {
    let frame: Frame | ReadonlyMap<string, unknown> = this
    while (frame instanceof Frame) {
      if (frame.#bindings?.has(name) === true) return frame.#bindings.get(name)
      frame = frame.outer
    }
    return frame.get(name)
  }
}
