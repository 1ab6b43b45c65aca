/** Where a script finds what it read by other names: each a JavaScript expression. */
export interface ScriptGlobals {
  /** Outputs by the id of the step. */
  readonly outputs: ReadonlyMap<string, string>
  readonly trigger: string | undefined
}

/** Whether a script may read what the steps before it gave, or the trigger: by the word, as scripts are not parsed. */
export const mentionsSteps = (code: string): boolean => /\b(?:steps|inputs)\b/.test(code)
/** Whether it names this step, which may then be any that leads to it. */
export const namesStep = (code: string, id: string): boolean =>
  new RegExp(`\\bsteps\\s*(?:\\??\\.\\s*${id}(?![\\w-])|(?:\\?\\.\\s*)?\\[\\s*(["'\`])${id}\\1\\s*\\])`).test(
    code,
  )
export const mentionsTrigger = (code: string): boolean => /\btrigger\b/.test(code)

/** The script behind a line that puts its globals where they were: whatever it does with them, it stays as it is. */
export const withGlobals = (code: string, { outputs, trigger }: ScriptGlobals): string => {
  const steps = [...outputs].map(([id, output]) => `${JSON.stringify(id)}: { output: ${output} }`)
  const inputs = [...outputs].map(([id, output]) => `${JSON.stringify(id)}: ${output}`)
  const members = [
    ...(outputs.size === 0
      ? []
      : [
          `steps: { ...globalThis.steps, ${steps.join(', ')} }`,
          `inputs: { ...globalThis.inputs, ${inputs.join(', ')} }`,
        ]),
    ...(trigger === undefined ? [] : [`trigger: ${trigger}`]),
  ]
  return members.length === 0 ? code : `Object.assign(globalThis, { ${members.join(', ')} })\n${code}`
}
