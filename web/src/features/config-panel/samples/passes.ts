import type { Step } from '@millrace/contracts'

/** Passes through the bodies of containers, as paths count them: `outer[2].each[5].fetch`. */

/** What the path of each step of a pass begins with; `containers` the outermost first. Empty for the run itself. */
const scopeOf = (containers: readonly string[], indexes: readonly number[]): string =>
  containers.map((id, level) => `${id}[${indexes[level] ?? 0}].`).join('')

/** The steps made in the passes of one container, with their passes, in the passes chosen around it. */
const stepsWithin = (
  steps: readonly Step[],
  containers: readonly string[],
  indexes: readonly number[],
  level: number,
): { readonly step: Step; readonly index: number }[] => {
  const head = `${scopeOf(containers.slice(0, level), indexes)}${containers[level]}[`
  return steps.flatMap((step) =>
    step.path.startsWith(head) ? [{ step, index: Number.parseInt(step.path.slice(head.length), 10) }] : [],
  )
}

/**
 * The pass that is shown of each container around a node: the one chosen, else the first in which the node ran, else
 * the first of all.
 */
export const shownPasses = (
  steps: readonly Step[],
  node: string,
  containers: readonly string[],
  chosen: ReadonlyMap<string, number>,
): readonly number[] => {
  const indexes: number[] = []
  for (const [level, container] of containers.entries()) {
    const ran = stepsWithin(steps, containers, indexes, level).filter(
      ({ step }) => step.nodeId === node && step.status !== 'skipped',
    )
    const first = ran.reduce((lowest, { index }) => Math.min(lowest, index), ran[0]?.index ?? 0)
    indexes.push(chosen.get(container) ?? first)
  }
  return indexes
}

/** Without the steps of other passes than those shown. */
export const withoutOtherPasses = (
  steps: readonly Step[],
  containers: readonly string[],
  indexes: readonly number[],
): readonly Step[] => {
  const levels = containers.map((id, level) => {
    const around = scopeOf(containers.slice(0, level), indexes)
    return { any: `${around}${id}[`, shown: `${around}${id}[${indexes[level]}].` }
  })
  return steps.filter(({ path }) =>
    levels.every(({ any, shown }) => !path.startsWith(any) || path.startsWith(shown)),
  )
}

/** How a node went in each pass of a container that is known of, by the pass. */
export const passesOf = (
  steps: readonly Step[],
  node: string,
  containers: readonly string[],
  indexes: readonly number[],
  level: number,
): ReadonlyMap<number, Step | undefined> => {
  const passes = new Map<number, Step | undefined>()
  for (const { step, index } of stepsWithin(steps, containers, indexes, level))
    if (step.nodeId === node) passes.set(index, passes.get(index) ?? step)
    else if (!passes.has(index)) passes.set(index, undefined)
  return passes
}
