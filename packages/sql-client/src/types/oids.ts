/** Object ids of Postgres's own types, the same in every database: src/include/catalog/pg_type.dat. */
export const OID = {
  bool: 16,
  bytea: 17,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  box: 603,
  float4: 700,
  float8: 701,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  jsonb: 3802,
} as const

/** Given as the text that Postgres writes: char, name, int8, text, numeric, interval, uuid, ranges and so on. */
const AS_TEXT: readonly number[] = [
  18, 19, 20, 22, 24, 25, 27, 28, 29, 30, 142, 600, 601, 602, 604, 628, 650, 705, 718, 774, 790, 829, 869,
  1033, 1042, 1043, 1083, 1186, 1266, 1560, 1562, 1700, 1790, 2205, 2206, 2249, 2278, 2950, 3220, 3614, 3615,
  3734, 3769, 3904, 3906, 3908, 3910, 3912, 3926, 4072, 4089, 4096,
]

/** What is known of a type: the type of its elements, if it is an array. */
export interface TypeInfo {
  readonly element: number | undefined
  readonly delimiter: string
}

/** Array types and what they are arrays of. */
const ELEMENTS: readonly (readonly [array: number, element: number])[] = [
  [143, 142],
  [199, OID.json],
  [651, 650],
  [775, 774],
  [791, 790],
  [1000, OID.bool],
  [1001, OID.bytea],
  [1002, 18],
  [1003, 19],
  [1005, OID.int2],
  [1007, OID.int4],
  [1009, 25],
  [1014, 1042],
  [1015, 1043],
  [1016, 20],
  [1017, 600],
  [1020, OID.box],
  [1021, OID.float4],
  [1022, OID.float8],
  [1028, OID.oid],
  [1040, 829],
  [1041, 869],
  [1115, OID.timestamp],
  [1182, OID.date],
  [1183, 1083],
  [1185, OID.timestamptz],
  [1187, 1186],
  [1231, 1700],
  [1270, 1266],
  [1561, 1560],
  [1563, 1562],
  [2951, 2950],
  [3643, 3614],
  [3807, OID.jsonb],
  [3905, 3904],
  [3907, 3906],
  [3909, 3908],
  [3911, 3910],
  [3913, 3912],
  [3927, 3926],
]

const SCALAR: TypeInfo = { element: undefined, delimiter: ',' }

export const BUILT_IN: ReadonlyMap<number, TypeInfo> = new Map([
  ...[...Object.values(OID), ...AS_TEXT].map((oid) => [oid, SCALAR] as const),
  // A box has commas of its own.
  ...ELEMENTS.map(
    ([array, element]) => [array, { element, delimiter: element === OID.box ? ';' : ',' }] as const,
  ),
])
