const STATEMENT = /^\s*(?:import|export)\s[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]/gm
const CALL = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** The specifiers a TypeScript file imports or exports from: statements, and calls with a literal. */
export const importsOf = (source: string): string[] => {
  const found = [...source.matchAll(STATEMENT), ...source.matchAll(CALL)]
  return [...new Set(found.map((match) => match[1] ?? match[2]).filter((name) => name !== undefined))]
}
