import { createContext, useContext } from 'react'
import type { Known } from '../expressions/complete.js'
import type { Evaluator } from '../expressions/evaluator.js'

/** What expression fields need to know of the node that is being configured. */
export interface ExpressionContext {
  readonly known: Known
  readonly evaluator: Evaluator
  /** True where there is data to try expressions on. */
  readonly hasSample: boolean
}

const PanelContext = createContext<ExpressionContext | undefined>(undefined)
export const ExpressionProvider = PanelContext.Provider

export const useExpressions = (): ExpressionContext => {
  const value = useContext(PanelContext)
  if (value === undefined) throw new Error('an expression field stands outside of a panel')
  return value
}
