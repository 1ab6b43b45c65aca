/**
 * Evaluated inside of the sandbox before any script: its text is all that goes in, so it may use nothing around it.
 */
export function installConsole(
  format: (values: readonly unknown[]) => string,
  print: (level: string, text: string) => void,
): void {
  const levels = {
    debug: 'debug',
    log: 'info',
    info: 'info',
    table: 'info',
    trace: 'debug',
    warn: 'warn',
    error: 'error',
  }
  const console: Record<string, (...values: unknown[]) => void> = {}
  for (const [method, level] of Object.entries(levels))
    console[method] = (...values) => print(level, format(values))
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
  // Options say how a terminal should show the one value.
  console['dir'] = (value) => print('info', format(typeof value === 'string' ? ['%s', value] : [value]))
  console['assert'] = (holds, ...values) => {
    if (!holds)
      print('error', values.length === 0 ? 'Assertion failed' : `Assertion failed: ${format(values)}`)
  }
  Object.defineProperty(globalThis, 'console', {
    value: console,
    writable: true,
    configurable: true,
    enumerable: false,
  })
}
