/** Every operation of events and tickets, and the shapes they speak. Browsers may import this. */
export * from './checkin.contract.ts'
export * from './event.contract.ts'
export * from './manage.contract.ts'
export * from './operate.contract.ts'
export * from './sale.contract.ts'
export * from './seat.contract.ts'
export * from './ticket.contract.ts'
