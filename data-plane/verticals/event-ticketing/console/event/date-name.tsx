import { formatWhenIn, useConsoleLocale } from '@cityos/console/kit'

/** A date of an event in the zone of its venue. */
export function DateName({ at, timezone }: { at: string; timezone: string }) {
  return <bdi>{formatWhenIn(at, timezone, useConsoleLocale())}</bdi>
}
