/** What also works outside of a test run: for programs that start and break processes by themselves. */

export { removeLeftovers } from './leftovers.js'
export { type NetworkProxy, startProxy } from './network-proxy.js'
export { patience } from './patience/patience.js'
export { type NodeProcess, type SpawnNodeOptions, spawnNode } from './spawn-node.js'
export { createTempFolder, type TempFolder } from './temp-folder.js'
export { type WaitOptions, waitFor } from './wait-for.js'
