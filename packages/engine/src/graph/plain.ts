import type { Json } from '@millrace/contracts'

/** Parsed JSON whose optional members may be there and undefined, without those. */
export const plain = (value: object): Json => JSON.parse(JSON.stringify(value)) as Json
