import { formatRangeIn, minuteIn, toneOf, useConsoleLocale } from '@cityos/console/kit'
import { Box, ButtonBase, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import type { CalendarEntry } from '../../contract.ts'
import { spanOn } from './days.ts'
import { hoursOf, layOut } from './lanes.ts'

export interface CalendarColumn {
  key: string
  heading: string
  date: string
  providers: { id: string; name: string; open: { start: string; end: string }[] }[]
  today?: boolean
}

interface TimeGridProps {
  columns: CalendarColumn[]
  entries: CalendarEntry[]
  timezone: string
  now: number
  onOpen: (entry: CalendarEntry) => void
}

const pixelsPerMinute = 1.15

/** Columns of time: white where work is done, grey where not, what is taken as blocks that can be opened by key or click. */
export function TimeGrid({ columns, entries, timezone, now, onOpen }: TimeGridProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const drawn = columns.map((column) => {
    const ids = new Set(column.providers.map((provider) => provider.id))
    const open = column.providers.flatMap((provider) =>
      provider.open.flatMap((window) => spanOn(column.date, window.start, window.end, timezone) ?? []),
    )
    const taken = entries
      .filter((entry) => entry.provider_ids.some((id) => ids.has(id)))
      .flatMap((entry) => {
        const span = spanOn(column.date, entry.start, entry.end, timezone)
        return span ? [{ ...span, id: entry.id, entry }] : []
      })
    return { column, open, taken: layOut(taken) }
  })
  const { from, to } = hoursOf(drawn.flatMap(({ open, taken }) => [...open, ...taken.map(({ span }) => span)]))
  const hours = Array.from({ length: to - from }, (_, index) => from + index)
  const height = (to - from) * 60 * pixelsPerMinute
  const at = (minute: number) => (minute - from * 60) * pixelsPerMinute
  const nowIso = new Date(now).toISOString()
  return (
    <Box
      sx={{ overflow: 'auto', border: 1, borderColor: 'divider', borderRadius: 2, backgroundColor: 'background.paper', maxHeight: '72vh' }}
      tabIndex={0}
      role="region"
      aria-label={t('resources.booking-calendar.title')}
    >
      <Box
        sx={{
          display: 'grid',
          gridTemplateColumns: `60px repeat(${columns.length}, minmax(132px, 1fr))`,
          minWidth: 60 + columns.length * 132,
        }}
      >
        <Box
          sx={{
            position: 'sticky',
            insetBlockStart: 0,
            zIndex: 3,
            backgroundColor: 'background.paper',
            borderBlockEnd: 1,
            borderColor: 'divider',
          }}
        />
        {columns.map((column) => (
          <Typography
            key={column.key}
            component="h3"
            variant="h3"
            sx={{
              margin: 0,
              padding: 1,
              textAlign: 'center',
              position: 'sticky',
              insetBlockStart: 0,
              zIndex: 3,
              backgroundColor: 'background.paper',
              borderBlockEnd: 1,
              borderInlineStart: 1,
              borderColor: 'divider',
              color: column.today ? 'primary.main' : undefined,
            }}
          >
            <bdi>{column.heading}</bdi>
          </Typography>
        ))}
        <Box sx={{ position: 'relative', height }}>
          {hours.map((hour) => (
            <Typography
              key={hour}
              variant="body2"
              color="textSecondary"
              dir="ltr"
              sx={{
                position: 'absolute',
                insetBlockStart: at(hour * 60),
                insetInline: 0,
                textAlign: 'center',
                transform: hour === from ? undefined : 'translateY(-50%)',
              }}
            >
              {String(hour).padStart(2, '0')}:00
            </Typography>
          ))}
        </Box>
        {drawn.map(({ column, open, taken }) => (
          <Box
            key={column.key}
            sx={{
              position: 'relative',
              height,
              borderInlineStart: 1,
              borderColor: 'divider',
              backgroundColor: 'action.hover',
            }}
          >
            {open.map((window) => (
              <Box
                key={window.start}
                sx={{
                  position: 'absolute',
                  insetInline: 0,
                  insetBlockStart: at(window.start),
                  height: (window.end - window.start) * pixelsPerMinute,
                  backgroundColor: 'background.paper',
                }}
              />
            ))}
            {hours.map((hour) => (
              <Box
                key={hour}
                sx={{ position: 'absolute', insetInline: 0, insetBlockStart: at(hour * 60), borderBlockStart: 1, borderColor: 'divider' }}
              />
            ))}
            <Box component="ul" aria-label={column.heading} sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {taken.map(({ span, lane, lanes }) => (
                <EntryBlock
                  key={span.id}
                  entry={span.entry}
                  label={formatRangeIn(span.entry.start, span.entry.end, timezone, locale)}
                  top={at(span.start)}
                  height={Math.max(22, (span.end - span.start) * pixelsPerMinute - 2)}
                  lane={lane}
                  lanes={lanes}
                  onOpen={() => onOpen(span.entry)}
                />
              ))}
            </Box>
            {spanOn(column.date, nowIso, new Date(now + 60_000).toISOString(), timezone) && (
              <Box
                sx={{
                  position: 'absolute',
                  insetInline: 0,
                  insetBlockStart: at(minuteIn(nowIso, timezone)),
                  borderBlockStart: 2,
                  borderColor: 'error.main',
                  zIndex: 2,
                  pointerEvents: 'none',
                }}
              />
            )}
          </Box>
        ))}
      </Box>
    </Box>
  )
}

/** Said to those who do not see it, where a short entry has no room for the line. */
const unseen = { position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' } as const

interface EntryBlockProps {
  entry: CalendarEntry
  label: string
  top: number
  height: number
  lane: number
  lanes: number
  onOpen: () => void
}

function EntryBlock({ entry, label, top, height, lane, lanes, onOpen }: EntryBlockProps) {
  const t = useTranslate()
  const tone = entry.kind === 'block' ? 'default' : toneOf(entry.status ?? 'confirmed')
  const colour = tone === 'default' ? 'text.secondary' : `${tone}.main`
  const who = entry.kind === 'group' ? t('booking.seats_taken', { taken: entry.seats ?? 0, all: entry.capacity ?? 0 }) : entry.contact_name
  const state = entry.status ? t(`status.${entry.status}`) : t('booking.blocked')
  return (
    <Box
      component="li"
      sx={{
        position: 'absolute',
        insetBlockStart: top,
        height,
        insetInlineStart: `calc(${(100 * lane) / lanes}% + 2px)`,
        width: `calc(${100 / lanes}% - 4px)`,
        zIndex: 1,
      }}
    >
      <ButtonBase
        onClick={onOpen}
        sx={{
          width: '100%',
          height: '100%',
          display: 'block',
          textAlign: 'start',
          overflow: 'hidden',
          borderRadius: 1,
          border: 1,
          borderColor: colour,
          borderInlineStartWidth: 4,
          backgroundColor: 'background.paper',
          backgroundImage:
            entry.kind === 'block' ? 'repeating-linear-gradient(45deg, transparent 0 6px, rgba(128,128,128,.22) 6px 8px)' : undefined,
          borderStyle: entry.status === 'pending_confirmation' || entry.status === 'held' ? 'dashed' : 'solid',
          paddingInline: 0.75,
          paddingBlock: 0.25,
          '&:focus-visible': { outline: 2, outlineColor: 'primary.main', outlineOffset: 1 },
        }}
      >
        <Typography variant="body2" noWrap sx={{ fontWeight: 600, lineHeight: 1.35 }}>
          <bdi>{label}</bdi> <bdi>{who ?? entry.title}</bdi>
        </Typography>
        <Typography variant="body2" color="textSecondary" noWrap sx={height > 40 ? { lineHeight: 1.35 } : unseen}>
          {' '}
          <bdi>{who ? entry.title : state}</bdi>
        </Typography>
        {who && (
          <Typography variant="body2" noWrap sx={height > 58 ? { color: colour, lineHeight: 1.35 } : unseen}>
            {' '}
            {state}
          </Typography>
        )}
      </ButtonBase>
    </Box>
  )
}
