import { parseSignature } from '../functions/signature.js'
import { NESTED_EVALUATIONS, STRING_CHARACTERS } from '../limits.js'
import { applyCallable, callFunction, makePartial, pipe } from './apply.js'
import { spend, weigh } from './budget.js'
import { Lambda } from './callable.js'
import { Failure, limitFailure } from './failure.js'
import { keepMatching } from './filter.js'
import { Frame, type Run } from './frame.js'
import { groupBy } from './group.js'
import { descendants, nameOf, wildcard } from './members.js'
import { binary, negate } from './operators/binary.js'
import { evaluatePath } from './path.js'
import { matcher } from './pattern.js'
import { isSequence, push, type Sequence } from './sequence.js'
import { type Node, pairsOf } from './syntax.js'
import { transformer } from './transform.js'
import { isTrue } from './truth.js'
import { overLimit } from './wording.js'

/**
 * Evaluates a tree over an input without ever waiting, and without writing into the input. It means what
 * docs.jsonata.org says, except where docs/WORKFLOWS.md names a difference.
 * Owns: the depth of the evaluation.
 */
export class Evaluation implements Run {
  #depth = 0

  constructor(readonly now: number) {}

  start(tree: Node, input: unknown, builtins: ReadonlyMap<string, unknown>): unknown {
    const frame = new Frame(this, builtins)
    frame.bind('$', input)
    return this.evaluate(tree, input, frame)
  }

  evaluate(node: Node, input: unknown, frame: Frame): unknown {
    spend(1)
    this.#depth++
    if (this.#depth > NESTED_EVALUATIONS)
      throw limitFailure(`more than ${NESTED_EVALUATIONS} nested evaluations`)
    const result = this.#finish(node, this.#dispatch(node, input, frame), frame)
    this.#depth--
    return result
  }

  apply(target: unknown, args: readonly unknown[], context?: unknown, name?: string): unknown {
    return applyCallable(this, target, args, context, name)
  }

  #finish(node: Node, given: unknown, frame: Frame): unknown {
    let result = given
    if (node.predicate !== undefined)
      for (const { expr } of node.predicate)
        if (expr !== undefined) result = keepMatching(expr, result, frame)
    if (node.group !== undefined && node.type !== 'path') result = groupBy(node.group, result, frame)
    if (typeof result === 'string') {
      if (result.length > STRING_CHARACTERS)
        throw limitFailure(overLimit('a text', result.length, 'characters', STRING_CHARACTERS))
    } else if (node.makes === true && typeof result === 'object') weigh(result)
    return isSequence(result) && result.tuples === undefined ? unwrap(node, result) : result
  }

  #dispatch(node: Node, input: unknown, frame: Frame): unknown {
    switch (node.type) {
      case 'path':
        return evaluatePath(node, input, frame)
      case 'name':
        return nameOf(input, node.value as string)
      case 'string':
      case 'number':
      case 'value':
        return node.value
      case 'variable':
        return node.value === '' ? input : frame.lookup(node.value as string)
      case 'binary':
        return binary(node, input, frame)
      case 'condition':
        return this.#condition(node, input, frame)
      case 'block':
        return this.#block(node, input, frame)
      case 'function':
        return callFunction(node, input, frame)
      default:
        return this.#dispatchRare(node, input, frame)
    }
  }

  #dispatchRare(node: Node, input: unknown, frame: Frame): unknown {
    switch (node.type) {
      case 'unary':
        return this.#unary(node, input, frame)
      case 'lambda':
        return new Lambda(node, input, frame, node.signature && parseSignature(node.signature.definition))
      case 'bind':
        return this.#bind(node, input, frame)
      case 'wildcard':
        return wildcard(input)
      case 'descendant':
        return descendants(input)
      case 'parent':
        return frame.lookup(node.slot!.label)
      case 'regex':
        return matcher(node.value as RegExp)
      case 'partial':
        return makePartial(node, input, frame)
      case 'apply':
        return pipe(node, input, frame)
      case 'transform':
        return transformer(node, frame)
      default:
        throw new Failure(`an expression cannot hold ${node.type} here`)
    }
  }

  #unary(node: Node, input: unknown, frame: Frame): unknown {
    if (node.value === '[') return this.#list(node, input, frame)
    if (node.value === '{') return groupBy(pairsOf(node), input, frame)
    return negate(this.evaluate(node.expression!, input, frame))
  }

  #list(node: Node, input: unknown, frame: Frame): unknown[] {
    const list: Sequence = []
    for (const item of node.expressions!) {
      const value = this.evaluate(item, input, frame)
      if (value === undefined) continue
      // A list that is written inside a list is one item.
      if (item.value === '[' && item.type === 'unary') push(list, value)
      else if (Array.isArray(value)) for (const each of value) push(list, each)
      else push(list, value)
    }
    if (node.consarray === true) list.cons = true
    return list
  }

  #condition(node: Node, input: unknown, frame: Frame): unknown {
    if (isTrue(this.evaluate(node.condition!, input, frame))) return this.evaluate(node.then!, input, frame)
    return node.else === undefined ? undefined : this.evaluate(node.else, input, frame)
  }

  #block(node: Node, input: unknown, frame: Frame): unknown {
    const inner = new Frame(this, frame)
    let result: unknown
    for (const each of node.expressions!) result = this.evaluate(each, input, inner)
    return result
  }

  #bind(node: Node, input: unknown, frame: Frame): unknown {
    const value = this.evaluate(node.rhs!, input, frame)
    frame.bind(node.lhs!.value as string, value)
    return value
  }
}

/** A sequence of none is nothing, one of one is that one unless `[]` asks for the list. */
function unwrap(node: Node, result: Sequence): unknown {
  if (node.keepArray === true) result.keepSingleton = true
  if (result.length === 0) return undefined
  return result.length === 1 && result.keepSingleton === undefined ? result[0] : result
}
