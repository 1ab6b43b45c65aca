import { CircleAlert, CircleCheck } from 'lucide-react'
import { nameOf } from '../document/document.js'
import classes from '../editor.module.css'
import type { LocatedProblem } from '../problems/locate.js'
import { useEditorState } from '../store/context.js'

interface ProblemListProps {
  readonly problems: readonly LocatedProblem[]
  readonly onJump: (problem: LocatedProblem) => void
}

/** Everything that stands in the way of publishing; each leads to its place. */
export const ProblemList = ({ problems, onJump }: ProblemListProps) => {
  const document = useEditorState((state) => state.document)
  if (problems.length === 0)
    return (
      <p className={classes['allWell']}>
        <CircleCheck size={15} color="var(--mr-state-succeeded)" aria-hidden /> No problems: this can be
        published.
      </p>
    )
  return (
    <ul className={classes['problems']} aria-label="Problems">
      {problems.map((each, index) => {
        const node = each.node === undefined ? undefined : document.nodes.get(each.node)?.node
        return (
          <li key={`${each.problem.pointer} ${each.problem.code} ${index}`}>
            <button type="button" className={classes['problem']} onClick={() => onJump(each)}>
              <CircleAlert size={15} color="var(--mr-state-failed)" aria-hidden />
              <strong>
                {node === undefined ? (each.edge === undefined ? 'Workflow' : 'Connection') : nameOf(node)}
              </strong>
              <span>{each.problem.message}</span>
              <span className={classes['dim']}>{each.problem.hint}</span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
