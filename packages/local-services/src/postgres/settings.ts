/** Given on the command line, so that an old cluster follows a new release. */

const ALWAYS = {
  listen_addresses: '127.0.0.1',
  // Password over TCP is the one way in: a socket's path may be too long, and its folder needs care.
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  // Our statements are short and many: compiling them costs more than it gives.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/** Durability is what the product sells (I1): written down although they are Postgres' defaults. */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }
const VOLATILE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

export const serverArguments = (data: string, port: number, durable: boolean): string[] => {
  const settings = { ...ALWAYS, ...(durable ? DURABLE : VOLATILE), port: String(port) }
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}
