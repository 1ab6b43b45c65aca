import { fileURLToPath } from 'node:url'
import { checkImports } from './import-rules.js'
import { checkJson } from './json-rules.js'
import { readWorkspace } from './workspace.js'

const packages = readWorkspace(fileURLToPath(new URL('../../../..', import.meta.url)))
const problems = [...checkImports(packages), ...checkJson(packages)]
for (const problem of problems) console.error(problem)
console.log(`Rules of imports and of JSON: ${packages.length} packages, ${problems.length} problems.`)
process.exitCode = problems.length > 0 ? 1 : 0
