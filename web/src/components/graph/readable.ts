import { createContext, useContext } from 'react'

/**
 * Whether words on the canvas can be read at its zoom. Asked of the canvas once and handed down: a thousand cards and
 * edges that each listen to every move of the view would cost more than drawing them.
 */
export const ReadableContext = createContext(true)

export const useReadable = (): boolean => useContext(ReadableContext)
