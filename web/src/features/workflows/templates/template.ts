import type { DefinitionInput } from '@millrace/contracts'

export interface Template {
  readonly title: string
  /** What it shows, in one line. */
  readonly summary: string
  readonly definition: DefinitionInput
}
