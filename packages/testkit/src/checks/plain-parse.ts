const PLAIN_PARSE = /\bJSON\.parse\b|(?<!\bz)\.json\(\)/
const COMMENT = /^\s*(?:\/?\*|\/\/).*$|\s\/\/ .*$/gm

/** Whether a TypeScript file reads JSON with what rounds; comments do not count. */
export const parsesPlainly = (source: string): boolean => PLAIN_PARSE.test(source.replaceAll(COMMENT, ''))
