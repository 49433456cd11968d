export { cancel, type NewTimer, schedule } from './schedule.ts'
export { type DueTimer, type TimerHandler, TimerHandlers } from './timer-handlers.ts'
