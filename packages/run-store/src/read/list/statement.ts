/** The text of a statement that is put together from parts, with the values of its parameters. */
export class Statement {
  readonly values: (string | number | readonly string[])[] = []

  /** @returns what stands for the value in the text. */
  readonly param = (value: string | number | readonly string[]): string => {
    this.values.push(value)
    return `$${this.values.length}`
  }
}
