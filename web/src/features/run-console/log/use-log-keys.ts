import { type RefObject, useEffect, useRef } from 'react'

interface LogKeys {
  readonly searchInput: RefObject<HTMLInputElement | null>
  readonly onError: (direction: 'next' | 'previous') => void
}

/** N and P go through the errors, / goes to the search, wherever nobody is typing. */
export function useLogKeys(keys: LogKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const { searchInput, onError } = latest.current
      if (event.key === 'n') onError('next')
      else if (event.key === 'p') onError('previous')
      else if (event.key === '/') searchInput.current?.focus()
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
