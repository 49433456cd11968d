export { appendEvent, type NewEvent } from './append-event.ts'
export { type DomainEvent, type EventHandler, EventHandlers } from './event-handlers.ts'
