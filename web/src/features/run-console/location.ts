/** What of the console stands in the URL, so that every moment and every line has a link. */
export type ConsoleView = 'graph' | 'timeline' | 'log' | 'data'

export interface ConsoleLocation {
  readonly view?: ConsoleView
  /** Path of the selected step. */
  readonly step?: string
  /** `seq` of the event whose moment is shown; live where it is left out. */
  readonly at?: number
  /** `seq` of the event of a log line. */
  readonly line?: number
}

/** A change of the location; a member that is undefined is taken out of the URL. */
export type LocationChange = { readonly [K in keyof ConsoleLocation]?: ConsoleLocation[K] | undefined }

/** The location after a change. What the change does not name stays. */
export function changeLocation(location: ConsoleLocation, change: LocationChange): ConsoleLocation {
  const { view, step, at, line } = { ...location, ...change }
  return {
    ...(view === undefined ? {} : { view }),
    ...(step === undefined ? {} : { step }),
    ...(at === undefined ? {} : { at }),
    ...(line === undefined ? {} : { line }),
  }
}
