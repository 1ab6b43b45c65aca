import { memberOf } from '../../../components/graph/layout.js'
import { type EditorDocument, type NodeDraft, nameOf, nodesOf } from '../document/document.js'

/** One way to start a run of what was published. */
export interface Start {
  readonly node: string
  readonly title: string
  readonly says: string
  /** For a terminal. */
  readonly curl: string | undefined
  readonly manual: boolean
}

/** `origin` is where this page comes from: the hooks are there as well. */
export const startsOf = (document: EditorDocument, workspace: string, origin: string): Start[] =>
  nodesOf(document).flatMap((node): Start[] => {
    const start = { node: node.id, title: nameOf(node), curl: undefined, manual: false }
    switch (node.type) {
      case 'trigger.webhook':
        return [{ ...start, says: '', curl: curlOf(node, `${origin}/hooks/${workspace}`) }]
      case 'trigger.manual':
        return [{ ...start, says: 'Starts by hand, here or over the API.', manual: true }]
      case 'trigger.schedule':
        return [{ ...start, says: 'Starts by its schedule, from now on.' }]
      case 'trigger.event':
        return [{ ...start, says: 'Starts with each event of its name, from now on.' }]
      case 'trigger.failure':
        return [{ ...start, says: 'Starts when a run of another workflow fails, from now on.' }]
      default:
        return []
    }
  })

const curlOf = ({ params }: NodeDraft, base: string): string => {
  const { path, method = 'POST' } = params
  const auth = memberOf(params['auth'], 'kind')
  const url = `${base}/${typeof path === 'string' ? path : ''}`
  const body =
    method === 'GET' || method === 'DELETE'
      ? ''
      : ` -H 'content-type: application/json' -d '{"hello":"world"}'`
  const note = auth === undefined || auth === 'none' ? '' : `  # add what ${String(auth)} asks for`
  return `curl -X ${String(method)} ${url}${body}${note}`
}
