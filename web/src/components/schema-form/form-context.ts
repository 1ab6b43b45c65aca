import type { Json } from '@millrace/contracts'
import type { TemplateKind } from '@millrace/expressions'
import { type ComponentType, createContext, type ReactNode, useContext } from 'react'
import type { Field, FieldOf } from './model/field.js'
import type { Alternatives } from './model/input-mode.js'
import type { NodeProblems } from './model/problems.js'
import { type FieldText, type Texts, textAt, withoutText, withText } from './model/texts.js'

export interface FieldProps<F extends Field = Field> {
  readonly field: F
  /** RFC 6901, from the object that the form edits. */
  readonly pointer: string
  readonly value: Json | undefined
  /** Undefined leaves the value out. */
  readonly onChange: (value: Json | undefined) => void
}

/** What names and describes a control, for those who hear it. */
export interface ControlIds {
  readonly labelId: string
  readonly describedBy: string | undefined
  readonly invalid: boolean
}

/** Text with `{{ }}` in it, a URL with such, or one expression, with or without braces. */
export type ExpressionKind = TemplateKind | 'source'

export interface ExpressionControl extends ControlIds {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly kind: ExpressionKind
  readonly autoFocus: boolean
  /** Whether a list is wanted: see the field. */
  readonly isList: boolean
}

export interface CredentialControl extends ControlIds {
  readonly field: FieldOf<'credential'>
  readonly value: string
  readonly onChange: (value: string | undefined) => void
}

/** What a form needs of whoever shows it. */
export interface FormContextValue {
  readonly problems: NodeProblems
  readonly alternatives: Alternatives
  readonly onAlternatives: (alternatives: Alternatives) => void
  /** What has been typed and is no value yet: kept with the draft, since it must neither be lost nor run. */
  readonly texts: Texts
  readonly onTexts: (texts: Texts) => void
  readonly renderExpression: (control: ExpressionControl) => ReactNode
  readonly renderCredential: (control: CredentialControl) => ReactNode
}

const FormContext = createContext<FormContextValue | undefined>(undefined)
export const FormProvider = FormContext.Provider

export const useFormContext = (): FormContextValue => {
  const value = useContext(FormContext)
  if (value === undefined) throw new Error('a field stands outside of a form')
  return value
}

/** The text of a field that is no value yet, and how it is set; undefined takes it away. */
export const useFieldText = ({ pointer, title, as }: Omit<FieldText, 'text'>) => {
  const { texts, onTexts } = useFormContext()
  return {
    unfinished: textAt(texts, pointer, as),
    setUnfinished: (text: string | undefined): void => {
      const next =
        text === undefined ? withoutText(texts, pointer, as) : withText(texts, { pointer, title, as, text })
      if (next !== texts) onTexts(next)
    },
  }
}

const FieldContext = createContext<ComponentType<FieldProps> | undefined>(undefined)
export const FieldProvider = FieldContext.Provider

/** The component that shows any field: those that hold others get it here, since it shows them too. */
export const useFieldView = (): ComponentType<FieldProps> => {
  const value = useContext(FieldContext)
  if (value === undefined) throw new Error('a field stands outside of a form')
  return value
}
