import { useEffect } from 'react'

const FOCUSABLE =
  '[data-canvas], [tabindex="0"], a[href], button:not(:disabled):not([tabindex="-1"]), input:not(:disabled), textarea, [contenteditable="true"]'

/** F6 goes from part to part of the editor, with Shift back: whatever has `data-region` and something to focus. */
export const useRegionKeys = (): void =>
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      // A dialog keeps the keyboard until it is closed.
      if (event.key !== 'F6' || window.document.querySelector('[aria-modal="true"]') !== null) return
      event.preventDefault()
      focusNextRegion(event.shiftKey ? -1 : 1)
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])

const focusNextRegion = (step: 1 | -1): void => {
  const regions = [...window.document.querySelectorAll<HTMLElement>('[data-region]')]
  const at = regions.findIndex((region) => region.contains(window.document.activeElement))
  const start = at === -1 && step === -1 ? 0 : at
  for (let tries = 1; tries <= regions.length; tries++) {
    const next = regions.at((start + step * tries) % regions.length)
    const control = next?.querySelector<HTMLElement>(FOCUSABLE)
    if (control === undefined || control === null) continue
    control.focus()
    return
  }
}
