/** What a key on the canvas means (copy, cut and paste are events of their own); undefined where it means nothing and the browser may have it. */
export type KeyCommand =
  | 'add'
  | 'connect'
  | 'open'
  | 'delete'
  | 'duplicate'
  | 'select-all'
  | 'undo'
  | 'redo'
  | 'group'
  | 'extract'
  | 'menu'
  | 'tidy'
  | 'fit'
  | 'outline'
  | 'escape'
  | 'help'
  | 'nudge'
  | 'go'
  | 'extend'

export interface Key {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

const PLAIN: Readonly<Record<string, KeyCommand>> = {
  n: 'add',
  c: 'connect',
  m: 'menu',
  t: 'tidy',
  f: 'fit',
  o: 'outline',
  e: 'extract',
  enter: 'open',
  delete: 'delete',
  backspace: 'delete',
  escape: 'escape',
  '?': 'help',
  contextmenu: 'menu',
}

const WITH_CONTROL: Readonly<Record<string, KeyCommand>> = {
  d: 'duplicate',
  a: 'select-all',
  y: 'redo',
  g: 'group',
}

export const commandOf = ({ key, ctrlKey, metaKey, altKey, shiftKey }: Key): KeyCommand | undefined => {
  const name = key.toLowerCase()
  if (name.startsWith('arrow')) return altKey ? 'nudge' : shiftKey ? 'extend' : 'go'
  if (ctrlKey || metaKey) return name === 'z' ? (shiftKey ? 'redo' : 'undo') : WITH_CONTROL[name]
  return altKey ? undefined : PLAIN[name]
}

const STEP = 20

/** How far Alt and an arrow key move, on the canvas. */
export const nudgeOf = (key: string): { readonly x: number; readonly y: number } => ({
  x: key === 'ArrowLeft' ? -STEP : key === 'ArrowRight' ? STEP : 0,
  y: key === 'ArrowUp' ? -STEP : key === 'ArrowDown' ? STEP : 0,
})
