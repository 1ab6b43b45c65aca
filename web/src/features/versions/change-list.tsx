import { type Json, stringifyJson } from '@millrace/contracts'
import { Equal, Minus, Pencil, Plus } from 'lucide-react'
import { EmptyState } from '../../components/empty-state.js'
import type { Change } from './changes.js'
import classes from './versions.module.css'

const LOOKS = {
  added: { icon: Plus, word: 'Added' },
  removed: { icon: Minus, word: 'Removed' },
  changed: { icon: Pencil, word: 'Changed' },
} as const

export const ChangeList = ({ changes }: { readonly changes: readonly Change[] }) =>
  changes.length === 0 ? (
    <EmptyState icon={Equal} title="They run the same">
      At most the layout of the canvas differs, which never changes what runs.
    </EmptyState>
  ) : (
    <ul className={classes['changes']}>
      {changes.map((change) => (
        <ChangeRow key={`${change.kind} ${change.subject}`} change={change} />
      ))}
    </ul>
  )

const ChangeRow = ({ change }: { readonly change: Change }) => {
  const { icon: Icon, word } = LOOKS[change.kind]
  return (
    <li className={classes['change']} data-kind={change.kind}>
      <div className={classes['changeHead']}>
        <Icon size={14} role="img" aria-label={word} />
        <strong>{change.subject}</strong>
        {change.type !== undefined && <code>{change.type}</code>}
      </div>
      {change.details.map(({ path, before, after }) => (
        <dl key={path} className={classes['detail']}>
          <dt>{path}</dt>
          <Value kind="removed" value={before} />
          <Value kind="added" value={after} />
        </dl>
      ))}
    </li>
  )
}

const Value = ({ kind, value }: { readonly kind: 'removed' | 'added'; readonly value: Json | undefined }) =>
  value === undefined ? null : (
    <dd data-kind={kind}>
      <span className={classes['sign']}>{kind === 'added' ? '+' : '−'}</span>
      <pre>{typeof value === 'string' ? value : stringifyJson(value, 2)}</pre>
    </dd>
  )
