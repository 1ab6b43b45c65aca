/**
 * Evaluated inside of the sandbox before any script: its text is all that goes in, so it may use nothing around it.
 */
export function installConsole(
  inspect: (value: unknown) => string,
  print: (level: string, text: string) => void,
): void {
  const levels = {
    debug: 'debug',
    log: 'info',
    info: 'info',
    dir: 'info',
    table: 'info',
    trace: 'debug',
    warn: 'warn',
    error: 'error',
  }
  const console: Record<string, (...values: unknown[]) => void> = {}
  for (const [method, level] of Object.entries(levels))
    console[method] = (...values) => print(level, values.map(inspect).join(' '))
  // What only arranges lines elsewhere does no harm here.
  for (const method of [
    'group',
    'groupCollapsed',
    'groupEnd',
    'clear',
    'time',
    'timeEnd',
    'timeLog',
    'count',
    'countReset',
  ])
    console[method] = () => {}
  console['assert'] = (holds, ...values) => {
    if (!holds) print('error', ['Assertion failed', ...values.map(inspect)].join(' '))
  }
  Object.defineProperty(globalThis, 'console', {
    value: console,
    writable: true,
    configurable: true,
    enumerable: false,
  })
}
