/** The pattern of a literal as RE2 writes it. */
export const translate = (literal: RegExp): string => literal.source
