export { type Actor, isAllowed, ROLE_PERMISSIONS } from './roles.js'
export { createTokenService, type TokenOptions, type TokenService } from './tokens.js'
