import type { Visit } from '../../../storefront/visit.ts'
import type { BookingStatus } from '../contract.ts'
import { type TextKey, texts } from './texts.ts'

const tones: Partial<Record<BookingStatus, 'good' | 'warn' | 'bad'>> = {
  held: 'warn',
  pending_confirmation: 'warn',
  confirmed: 'good',
  checked_in: 'good',
  in_progress: 'good',
  completed: 'good',
  declined: 'bad',
  cancelled: 'bad',
  expired: 'bad',
  no_show: 'bad',
}

export function BookingBadge({ visit, status }: { visit: Visit; status: BookingStatus }) {
  return (
    <span className="badge" data-tone={tones[status]}>
      {texts(visit.locale)(`status.${status}` satisfies TextKey)}
    </span>
  )
}
