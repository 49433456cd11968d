import { urlOf } from '@cityos/contract'
import { type Rollout, type RolloutEvent, type RolloutNews, readRollout, streamRollout } from '@cityos/control-plane/contract'
import { sayDuration } from './duration.ts'
import { isHangUp, serverSent } from './event-stream.ts'
import { Failure } from './failure.ts'
import { Progress } from './output.ts'
import type { Session } from './session.ts'

const over: readonly Rollout['status'][] = ['succeeded', 'rolled_back']
export const isOver = (rollout: Rollout): boolean => over.includes(rollout.status)

/**
 * Follows a rollout to its end, through restarts of the control plane, and shows what happens when `show` is set.
 * @returns the rollout, succeeded or rolled back
 * @throws Failure when the control plane stays silent for half a minute; the rollout goes on with it
 */
export async function followRollout(session: Session, id: string, show: boolean): Promise<Rollout> {
  const report = show ? new Report() : null
  let seen = 0
  for (let silent = 0; silent < 60; silent++) {
    try {
      const path = urlOf(streamRollout, { params: { id }, query: seen ? { after: seen } : {} })
      for await (const news of serverSent<RolloutNews>(session, path)) {
        silent = 0
        seen = news.sequence
        report?.show(news)
      }
      const rollout = await session.call(readRollout, { params: { id } })
      silent = 0
      if (isOver(rollout)) {
        report?.end(rollout)
        return rollout
      }
    } catch (error) {
      if (!isHangUp(error)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  throw new Failure(
    `Rollout ${id} could not be followed: the control plane does not answer.`,
    './cityos status tells more; the rollout goes on by itself when it is back.',
  )
}

/** A ring is a running step; what happens to its tenants are notes above it. */
class Report {
  readonly #progress = new Progress()

  show(event: RolloutEvent): void {
    const { kind, ring, message } = event
    if (kind === 'ring_started') this.#progress.start(`ring ${ring}`)
    else if (kind === 'ring_passed') this.#progress.done(`ring ${ring}: ${message}`)
    else if (kind === 'ring_failed') this.#progress.fail(`ring ${ring}: ${message}`)
    else if (kind !== 'gate_looked' || event.gate?.verdict === 'failed') this.#progress.note(message)
    if (kind === 'ring_failed' || kind === 'roll_back_asked') this.#progress.start('going back')
  }

  end(rollout: Rollout): void {
    if (rollout.status === 'succeeded') this.#progress.done()
    else this.#progress.fail()
  }
}

/** In one line: where a rollout is, and when it should be done. */
export function standing(rollout: Rollout, now: number): string {
  const ring = rollout.rings.find((each) => each.position === rollout.current_ring)
  const left = ring?.soak_until ? (Date.parse(ring.soak_until) - now) / 1000 : 0
  const where = ring
    ? `, ring ${ring.name} ${ring.status}${ring.status === 'soaking' && left > 0 ? ` (${sayDuration(left)} left)` : ''}`
    : ''
  return `${rollout.status}${where}${rollout.frozen ? ', held up by the freeze' : ''}`
}

/** What went wrong, where, and by which figure; null for a rollout that did not go back. */
export function failureOf(rollout: Rollout): string | null {
  const { failure } = rollout
  if (!failure) return null
  const figure =
    failure.value === null
      ? failure.figure
      : `${failure.figure} ${round(failure.value)}${failure.limit === null ? '' : `, limit ${round(failure.limit)}`}`
  return `ring ${failure.ring} at ${failure.at}: ${failure.message} (${figure})`
}

const round = (value: number): number => (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 1000) / 1000)
