import { CredentialList } from '../../features/settings/credential-list.js'

export const CredentialsRoute = () => <CredentialList />
