import { describeApi } from './describe.js'

/** Prints the OpenAPI document of the whole API: what the image of the web server is given. */
process.stdout.write(`${JSON.stringify(await describeApi())}\n`)
