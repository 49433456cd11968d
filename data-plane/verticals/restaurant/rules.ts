/** The vertical's rules as pure functions: no clock, no database, the same in a browser. */
export * from './rules/areas.ts'
export * from './rules/dishes.ts'
export * from './rules/hours.ts'
export * from './rules/kitchen.ts'
export * from './rules/tables.ts'
