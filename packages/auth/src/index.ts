export { ensureOwner, type Owner } from './owner.js'
export { hashPassword, verifyPassword } from './passwords/passwords.js'
export { createResumeTokens, type ResumeTarget, type ResumeTokens, resumeUrls } from './resume-tokens.js'
export { type Actor, isAllowed, ROLE_PERMISSIONS } from './roles.js'
export { createSignIn, type SignedIn, type SignIn } from './sign-in/sign-in.js'
export { API_TOKENS, createTokenService, type TokenOptions, type TokenService } from './tokens.js'
export { type CredentialStore, createCredentialStore } from './vault/credentials.js'
export {
  createVault,
  createVaultOfKey,
  type Sealed,
  type SecretOwner,
  type Vault,
  type VaultOptions,
} from './vault/vault.js'
