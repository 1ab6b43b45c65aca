export { type DriverUrl, forDriver, forPostgresJs, sslOfPg } from './drivers.js'
export { InvalidPostgresUrl, type PostgresUrl, parsePostgresUrl, type SslMode } from './parse.js'
export { type TlsDemand, tlsDemand } from './tls.js'
