const CONTROLS = /^(begin|start|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b/i

/**
 * Whether a statement begins, ends or marks a transaction, comments before it left out. Each step is a transaction of its
 * own: another step may run in another session, and one that left a transaction open would lose what it did.
 */
export const controlsTransaction = (statement: string): boolean =>
  CONTROLS.test(statement.slice(bodyOf(statement)))

/** Whether a statement copies: its rows would be no answer, or go past us to a file of the server. */
export const copies = (statement: string): boolean => /^copy\b/i.test(statement.slice(bodyOf(statement)))

/** Where the first word stands. Comments of Postgres nest. */
function bodyOf(statement: string): number {
  let at = 0
  let depth = 0
  for (;;) {
    if (statement.startsWith('/*', at)) {
      depth++
      at += 2
    } else if (depth > 0) {
      const closes = statement.startsWith('*/', at)
      depth -= closes ? 1 : 0
      at += closes ? 2 : 1
    } else if (statement.startsWith('--', at)) {
      const end = statement.indexOf('\n', at)
      at = end < 0 ? statement.length : end
    } else if (/[\s;]/.test(statement.charAt(at))) at++
    else return at
    if (at >= statement.length) return at
  }
}
