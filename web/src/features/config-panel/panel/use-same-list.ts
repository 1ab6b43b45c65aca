import { useRef } from 'react'

/** The list of before for as long as it says the same: what hangs on it need not be made anew at every keystroke. */
export const useSameList = (list: readonly string[]): readonly string[] => {
  const kept = useRef(list)
  const isSame =
    kept.current.length === list.length && list.every((each, index) => each === kept.current[index])
  if (!isSame) kept.current = list
  return kept.current
}
