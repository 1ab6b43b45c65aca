export { noteOfTypes } from './evaluator/notes.js'
export { compileExpression } from './expression.js'
export {
  createExpressionChecker,
  type ExpressionChecker,
  type ExpressionFacts,
  inspectExpression,
  inspectParams,
} from './inspect.js'
export { compileKey } from './key.js'
export { compileTemplate } from './template/compile.js'
export { expressionSource } from './template/source.js'
export { compileText, type TemplateKind } from './template/text.js'
export { isTruthy } from './truth.js'
export * from './types.js'
