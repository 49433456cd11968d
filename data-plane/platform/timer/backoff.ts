import { hours, minutes, seconds } from '../clock/clock.ts'

/** Waits between tries of an event delivery or a timer; after the last one it is dead until an admin requeues it. */
const steps = [seconds(10), minutes(1), minutes(5), minutes(30), hours(2), hours(12)]

/**
 * How long to wait after a failure.
 * @param attempts how often it has been tried, this time included
 * @returns milliseconds, or null when the tries are used up
 */
export function backoff(attempts: number): number | null {
  return steps[attempts - 1] ?? null
}
