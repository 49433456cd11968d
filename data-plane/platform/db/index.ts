export * from './database.ts'
export * from './notifications.ts'
export { type CommitSignal, scopeOf } from './transaction-scope.ts'
