import { type Fact, Facts, formatWhenIn, Ident, MoneyText, Names, StatusChip, useConsoleLocale, When } from '@cityos/console/kit'
import { Stack } from '@mui/material'
import { useTranslate } from 'react-admin'
import type { ManagedBooking } from '../contract.ts'

/** Who comes when to whom for what; `brief` for a dialog. */
export function BookingFacts({ booking, brief = false }: { booking: ManagedBooking; brief?: boolean }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { contact } = booking
  const facts: Fact[] = [
    { label: 'field.reference', value: <Ident value={booking.reference} copy /> },
    { label: 'field.offering', value: <bdi>{booking.offering.name}</bdi> },
    { label: 'field.start', value: `${formatWhenIn(booking.start, booking.timezone, locale)}` },
    { label: 'field.end', value: formatWhenIn(booking.end, booking.timezone, locale) },
    { label: 'field.providers', value: <Names values={booking.providers.map((provider) => provider.name)} /> },
    { label: 'field.customer', value: contact.name ? <bdi>{contact.name}</bdi> : t('vendor.masked_buyer') },
    {
      label: 'field.phone',
      value: contact.phone ? (
        <a href={`tel:${contact.phone}`}>
          <bdi dir="ltr">{contact.phone}</bdi>
        </a>
      ) : (
        <Ident value={null} />
      ),
    },
    { label: 'field.price', value: <MoneyText value={booking.price} /> },
  ]
  if (booking.seats > 1) facts.push({ label: 'field.seats', value: booking.seats })
  if (booking.due_at_place) facts.push({ label: 'field.due_at_place', value: <MoneyText value={booking.due_at_place} strong /> })
  if (booking.confirm_by) facts.push({ label: 'field.confirm_by', value: <When at={booking.confirm_by} ago /> })
  if (booking.address) facts.push({ label: 'field.address', value: <bdi>{booking.address}</bdi> })
  if (booking.meeting_url) facts.push({ label: 'field.meeting_url', value: <Ident value={booking.meeting_url} copy /> })
  for (const answer of booking.answers)
    facts.push({
      label: answer.label,
      value: typeof answer.answer === 'boolean' ? t(`ra.boolean.${answer.answer}`) : <bdi>{answer.answer}</bdi>,
    })
  if (!brief) {
    facts.push(
      { label: 'field.email', value: <Ident value={contact.email} /> },
      { label: 'field.deposit', value: <MoneyText value={booking.deposit} /> },
      { label: 'field.paid', value: <MoneyText value={booking.paid} /> },
      { label: 'field.refunded', value: <MoneyText value={booking.refunded} /> },
      { label: 'field.order', value: <Ident value={booking.order_number} /> },
      { label: 'field.source', value: t(`choice.source.${booking.source}`) },
      { label: 'field.created_at', value: <When at={booking.created_at} /> },
    )
    if (booking.attendees.length > 0)
      facts.push({ label: 'field.attendees', value: <Names values={booking.attendees.map((one) => one.name)} /> })
    if (booking.cancel_reason) facts.push({ label: 'field.reason', value: <bdi>{booking.cancel_reason}</bdi> })
    if (booking.no_show_party) facts.push({ label: 'field.no_show_party', value: t(`choice.party.${booking.no_show_party}`) })
  }
  return (
    <Stack spacing={1.5} sx={{ alignItems: 'flex-start', '& > dl': { alignSelf: 'stretch' } }}>
      <StatusChip status={booking.status} />
      <Facts facts={facts} columns={brief ? 160 : 200} />
    </Stack>
  )
}
