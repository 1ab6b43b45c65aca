import { suggestFunction } from '../functions/names.js'
import { validate } from '../functions/signature.js'
import { Builtin, Callable, Closure, HOLE, Lambda, Partial } from './callable.js'
import { Failure } from './failure.js'
import { Frame, type Run } from './frame.js'
import type { Node } from './syntax.js'
import { nameValue } from './wording.js'

/** `$f(a, b)`. */
export function callFunction(node: Node, input: unknown, frame: Frame): unknown {
  const { run } = frame
  const target = run.evaluate(node.procedure!, input, frame)
  const args = node.arguments!.map((each) => run.evaluate(each, input, frame))
  if (!(target instanceof Callable)) throw noFunction(node.procedure!, target, frame)
  return run.apply(target, args, input, nameOfProcedure(node.procedure!))
}

const nameOfProcedure = ({ type, value, steps }: Node): string | undefined => {
  const name = type === 'path' ? steps?.[0]?.value : type === 'variable' ? value : undefined
  return typeof name === 'string' && name !== '' ? name : undefined
}

function noFunction(procedure: Node, target: unknown, frame: Frame): Failure {
  const name = nameOfProcedure(procedure)
  if (name === undefined) return new Failure(`${nameValue(target)} is called, but is no function`)
  if (procedure.type === 'path')
    return new Failure(
      frame.lookup(name) === undefined
        ? `${name} is called, but is no function`
        : `${name} is called without its $: write $${name}`,
    )
  return target === undefined
    ? new Failure(`there is no function $${name}${suggestFunction(name)}`)
    : new Failure(`$${name} is called, but is ${nameValue(target)}`)
}

/** Calls a function of any kind. Calls in tail position go round this loop and need no stack. */
export function applyCallable(
  run: Run,
  target: unknown,
  args: readonly unknown[],
  context: unknown,
  name: string | undefined,
): unknown {
  let result = applyOnce(run, target, args, context, name)
  while (result instanceof TailCall) {
    const { call, input, frame } = result
    const next = run.evaluate(call.procedure!, input, frame)
    const nextArgs = call.arguments!.map((each) => run.evaluate(each, input, frame))
    if (!(next instanceof Callable)) throw noFunction(call.procedure!, next, frame)
    result = applyOnce(run, next, nextArgs, input, nameOfProcedure(call.procedure!))
  }
  return result
}

class TailCall {
  constructor(
    readonly call: Node,
    readonly input: unknown,
    readonly frame: Frame,
  ) {}
}

function applyOnce(
  run: Run,
  target: unknown,
  args: readonly unknown[],
  context: unknown,
  name: string | undefined,
): unknown {
  if (target instanceof Partial) return applyOnce(run, target.target, target.fill(args), undefined, name)
  if (target instanceof Closure) return target.call(...args)
  if (!(target instanceof Lambda || target instanceof Builtin))
    throw new Failure(`${nameValue(target)} is called, but is no function`)
  const { signature } = target
  const valid =
    signature === undefined ? args : validate(signature, args, context, name ?? nameOfTarget(target))
  if (target instanceof Builtin) return target.implementation(run, ...(valid as never[]))
  return callLambda(target, valid)
}

const nameOfTarget = (target: Lambda | Builtin): string | undefined =>
  target instanceof Builtin ? target.name : undefined

function callLambda({ node, input, frame }: Lambda, args: readonly unknown[]): unknown {
  const inner = new Frame(frame.run, frame)
  for (const [at, { value }] of node.arguments!.entries()) inner.bind(value as string, args[at])
  return evaluateTail(node.body!, input, inner)
}

/** The last call of a body is handed back to the loop; one whose result goes through something else is not. */
function evaluateTail(body: Node, input: unknown, frame: Frame): unknown {
  const result = frame.run.evaluate(body, input, frame)
  return result instanceof Lambda && result.node.thunk === true ? tailOf(result) : result
}

function tailOf({ node, input, frame }: Lambda): unknown {
  const call = node.body!
  const goesOn = call.group !== undefined || call.keepArray === true
  return goesOn ? frame.run.evaluate(call, input, frame) : new TailCall(call, input, frame)
}

export function makePartial(node: Node, input: unknown, frame: Frame): Partial {
  const given = node.arguments!.map((each) =>
    each.type === 'operator' && each.value === '?' ? HOLE : frame.run.evaluate(each, input, frame),
  )
  const target = frame.run.evaluate(node.procedure!, input, frame)
  if (!(target instanceof Callable)) throw noFunction(node.procedure!, target, frame)
  return new Partial(target, given)
}

/** `a ~> $f`, `a ~> $f(b)`; of two functions, the one after the other. */
export function pipe(node: Node, input: unknown, frame: Frame): unknown {
  const { run } = frame
  const left = run.evaluate(node.lhs!, input, frame)
  if (node.rhs!.type === 'function') {
    const first: Node = { type: 'value', value: left }
    return run.evaluate({ ...node.rhs!, arguments: [first, ...node.rhs!.arguments!] }, input, frame)
  }
  const right = run.evaluate(node.rhs!, input, frame)
  if (!(right instanceof Callable))
    throw new Failure(`the right side of ~> must be a function, but is ${nameValue(right)}`)
  if (left instanceof Callable) return new Closure((value) => run.apply(right, [run.apply(left, [value])]))
  return run.apply(right, [left])
}
