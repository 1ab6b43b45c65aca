import type { Shape } from './read-shape.js'

/** Which container holds which node; positions among the nodes of a shape. */
export class Nesting {
  readonly #holders: readonly (number | undefined)[]

  constructor({ nodes }: Pick<Shape, 'nodes'>) {
    const places = new Map(nodes.map(({ at }, position) => [at, position]))
    this.#holders = nodes.map(({ within }) => places.get(within))
  }

  /** Undefined for the definition's own nodes. */
  holderOf(node: number): number | undefined {
    return this.#holders[node]
  }

  /**
   * The node itself, or the container around it, that stands in the same body as `other`: what runs before that runs
   * before all that is in it. Undefined when `other` is inside of a container that does not hold the node.
   */
  beside(node: number, other: number): number | undefined {
    const level = this.#holders[other]
    for (let each: number | undefined = node; each !== undefined; each = this.#holders[each])
      if (this.#holders[each] === level) return each
    return undefined
  }
}
