import { around } from '../document/bodies.js'
import { type EdgeDraft, type EditorDocument, edgesOf, nameOf, nodesOf } from '../document/document.js'
import type { NodeTypes } from '../document/rename.js'
import { type Rewriting, rewriteCondition, rewriteNode } from './expressions.js'
import { type Read, readsOf } from './reads.js'
import { mentionsSteps, mentionsTrigger, namesStep } from './scripts.js'
import { behindOf, type Shape } from './shape.js'

/** What the selection reads of the workflow around it, and the rest of the workflow of the selection. */
export interface Survey {
  readonly inward: readonly Read[]
  readonly outward: readonly Read[]
  /** Other roots that the selection reads: `vars`, `run`, `workflow` … */
  readonly roots: ReadonlySet<string>
  /** Expressions of which that cannot be told, for the author. */
  readonly refusals: readonly string[]
}

export const surveyOf = (document: EditorDocument, types: NodeTypes, shape: Shape): Survey => {
  const survey = { inward: [] as Read[], outward: [] as Read[], roots: new Set<string>() }
  const refusals = new Set<string>()
  const chosen = new Set(shape.top.map(({ id }) => id))
  const behind = behindOf(document, shape)
  const ids = nodesOf(document).map(({ id }) => id)
  const take = (read: Read, isInside: boolean): void => {
    const isOfStep = read.root === 'steps'
    if (!isInside) {
      if (isOfStep && chosen.has(read.step ?? '')) survey.outward.push(read)
    } else if (isOfStep ? !shape.all.has(read.step ?? '') : read.root === 'trigger') survey.inward.push(read)
    else survey.roots.add(read.root)
  }
  /** `id`: of the node that reads, or that an edge begins at. */
  const surveying = (where: string, id: string, before: readonly string[]): Rewriting => {
    const isInside = shape.all.has(id)
    const isBehind = [id, ...around(document, id)].some((each) => behind.has(each))
    return {
      expression: (source) => {
        const { reads, refusal } = readOrRefuse(source, where)
        // What does not run behind the selection cannot read it, whatever it says.
        if (refusal !== undefined && (isInside || isBehind)) refusals.add(refusal)
        for (const read of reads) take(read, isInside)
        for (const step of resumedBy(source))
          if (shape.all.has(step) !== isInside)
            refusals.add(
              `${where} gives out the address that resumes ${step}: both have to be of one workflow.`,
            )
        return source
      },
      script: (code) => {
        if (mentionsSteps(code))
          for (const step of ids)
            if (before.includes(step) || namesStep(code, step)) take(scriptRead(step), isInside)
        if (mentionsTrigger(code)) take(scriptRead(undefined), isInside)
        return code
      },
    }
  }
  const edges = edgesOf(document)
  for (const node of nodesOf(document)) {
    const before = edges.filter(({ to }) => to === node.id).map(({ from }) => from)
    rewriteNode(node, types, surveying(nameOf(node), node.id, before))
  }
  for (const edge of edges) {
    // The condition of an edge that leads out stays outside.
    const reader = shape.all.has(edge.from) ? edge.to : edge.from
    rewriteWhen(edge, surveying(`The condition from ${edge.from} to ${edge.to}`, reader, []))
  }
  return { ...survey, refusals: [...refusals] }
}

export const rewriteWhen = (edge: EdgeDraft, rewriting: Rewriting): EdgeDraft =>
  typeof edge.when === 'string' ? { ...edge, when: rewriteCondition(edge.when, rewriting) } : edge

const readOrRefuse = (
  source: string,
  where: string,
): { readonly reads: readonly Read[]; readonly refusal?: string } => {
  try {
    const { reads, unnamed } = readsOf(source)
    const refusal = `${where} reads steps without naming them (${source.trim()}): name each by its id.`
    return unnamed ? { reads, refusal } : { reads }
  } catch {
    return { reads: [], refusal: `${where} holds an expression that does not parse: ${source.trim()}` }
  }
}

const RESUME_URL = /resumeUrls\s*(?:\.\s*(?:`([^`]+)`|(\w+))|\[\s*["']([^"']+)["']\s*\])/g

/** Ids of steps whose resume addresses an expression reads: these are of a run, and a call is another one. */
const resumedBy = (source: string): string[] =>
  [...source.matchAll(RESUME_URL)].flatMap(([, quoted, plain, text]) => quoted ?? plain ?? text ?? [])

/** A script reads outputs only, wherever in it that is. */
const scriptRead = (step: string | undefined): Read => ({
  root: step === undefined ? 'trigger' : 'steps',
  step,
  ofOutput: true,
  from: 0,
  to: 0,
})
