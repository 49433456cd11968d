import { createContext, useContext } from 'react'
import { DateTimeInput, useTranslate, type Validator } from 'react-admin'
import { dateIn, minuteIn, momentIn } from './zone.ts'

/** Zone of the place the page is about, where it has one; times are typed on that place's clock, wherever the reader is. */
export const PlaceZone = createContext<string | null>(null)

const local = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/

/** A moment as the place's clock shows it, for `datetime-local`; what is such a text already stays as it is. */
export function clockText(moment: string | null | undefined, zone: string): string {
  if (!moment) return ''
  if (local.test(moment) && !/Z$|[+-]\d{2}:\d{2}$/.test(moment)) return moment.slice(0, 16)
  const minutes = minuteIn(moment, zone)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${dateIn(moment, zone)}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** The moment at which the place's clock shows what was typed; null for nothing. */
export const momentOfClock = (text: string, zone: string): string | null =>
  local.test(text) ? momentIn(text.slice(0, 10), text.slice(11, 16), zone) : null

interface WhenInputProps {
  source: string
  label: string
  validate?: Validator[]
}

/** Day and time. Where the page is about a place, on that place's clock, and the input says so. */
export function WhenInput({ source, label, validate }: WhenInputProps) {
  const t = useTranslate()
  const place = useContext(PlaceZone)
  const zone = place ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <DateTimeInput
      source={source}
      label={label}
      validate={validate}
      format={(value: string | null) => clockText(value, zone)}
      parse={(value: string) => momentOfClock(value, zone)}
      helperText={place ? t('form.place_time', { zone: place }) : undefined}
    />
  )
}
