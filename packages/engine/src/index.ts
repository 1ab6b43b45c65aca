export * from './catalogue.js'
export * from './run/types.js'
