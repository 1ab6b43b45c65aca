import { patience } from './patience.js'

/** The limits of tests, hooks and polls go by our clock: our patches of Vitest look here. */
Object.assign(globalThis, { [Symbol.for('millrace.patience')]: patience })
