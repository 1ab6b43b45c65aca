import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef } from 'react'
import classes from './panel.module.css'

interface PanelFrameProps {
  readonly label: string
  /** Pointer of the field to begin at. */
  readonly field: string | undefined
  /** Undefined where something around the panel answers to Escape. */
  readonly onEscape: (() => void) | undefined
  readonly children: ReactNode
}

/** A panel beside the canvas: the keyboard begins in it, and leaves it with Escape. */
export const PanelFrame = ({ label, field, onEscape, children }: PanelFrameProps) => {
  const content = useRef<HTMLElement>(null)
  useFieldFocus(content, field)
  return (
    <section
      ref={content}
      tabIndex={-1}
      className={classes['panel']}
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && isFree(event)) onEscape?.()
      }}
    >
      {children}
    </section>
  )
}

/** Escape closes the innermost thing that is open: a list of choices, completions or a popover before the panel. */
const isFree = ({ defaultPrevented, currentTarget, target }: KeyboardEvent): boolean =>
  !defaultPrevented &&
  target instanceof Element &&
  currentTarget.contains(target) &&
  target.closest('[aria-expanded="true"]') === null &&
  currentTarget.querySelector('[aria-haspopup][aria-expanded="true"]') === null

/** To the control of a field, or of the nearest field around it; to the first field where none is asked for. */
const useFieldFocus = (panel: RefObject<HTMLElement | null>, field: string | undefined) =>
  useEffect(() => {
    const root = panel.current
    if (root === null) return
    root.focus({ preventScroll: true })
    const enter = (): boolean => {
      const control = controlOf(root, field ?? '')
      control?.focus()
      return control !== undefined
    }
    if (enter()) return
    // Editors of code and expressions are loaded when they are first shown. Who went elsewhere meanwhile stays there.
    const watch = new MutationObserver(() => {
      if (window.document.activeElement !== root || enter()) watch.disconnect()
    })
    watch.observe(root, { childList: true, subtree: true })
    return () => watch.disconnect()
  }, [panel, field])

const controlOf = (root: HTMLElement, field: string): HTMLElement | undefined => {
  let frame: Element | null = null
  for (
    let pointer = field;
    frame === null && pointer !== '';
    pointer = pointer.slice(0, pointer.lastIndexOf('/'))
  )
    frame = root.querySelector(`[data-pointer="${CSS.escape(pointer)}"]`)
  frame ??= root.querySelector('[data-pointer]')
  return frame?.querySelector<HTMLElement>('input, textarea, [contenteditable], button') ?? undefined
}
