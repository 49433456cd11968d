export * from './database.ts'
export { insertOf } from './insert.ts'
export * from './notifications.ts'
export { type CommitSignal, scopeOf } from './transaction-scope.ts'
