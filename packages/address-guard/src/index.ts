export { connectChecked, connectFirst, type Peer } from './connect.js'
export { type AddressGuard, createAddressGuard } from './guard.js'
export { type Resolve, resolveChecked, systemResolve } from './resolve.js'
