import { addDays, formatDate, formatRangeIn, StatusChip, useConsoleLocale } from '@cityos/console/kit'
import { Box, Card, CardActionArea, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import type { CalendarEntry } from '../../contract.ts'
import { spanOn } from './days.ts'

interface AgendaProps {
  entries: CalendarEntry[]
  providers: { id: string; name: string }[]
  timezone: string
  from: string
  to: string
  onOpen: (entry: CalendarEntry) => void
}

/** The same calendar as a list by day: for phones, and for those who would rather read. */
export function Agenda({ entries, providers, timezone, from, to, onOpen }: AgendaProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const names = new Map(providers.map((provider) => [provider.id, provider.name]))
  const days: string[] = []
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day)
  return (
    <Stack spacing={2}>
      {days.map((day) => {
        const rows = entries
          .filter((entry) => spanOn(day, entry.start, entry.end, timezone))
          .sort((one, other) => one.start.localeCompare(other.start))
        return (
          <Box key={day} component="section">
            {days.length > 1 && (
              <Typography variant="h3" component="h3" sx={{ marginBlock: 1 }}>
                {formatDate(day, locale)}
              </Typography>
            )}
            {rows.length === 0 && <Typography color="textSecondary">{t('booking.nothing_that_day')}</Typography>}
            <Stack component="ul" spacing={1} sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {rows.map((entry) => (
                <Card key={entry.id} component="li">
                  <CardActionArea onClick={() => onOpen(entry)} sx={{ padding: 1.5 }}>
                    <Stack direction="row" spacing={1.5} sx={{ alignItems: 'flex-start' }}>
                      <Typography component="bdi" sx={{ fontWeight: 600, minWidth: 96 }}>
                        {formatRangeIn(entry.start, entry.end, timezone, locale)}
                      </Typography>
                      <Box sx={{ flex: 1, minWidth: 0 }}>
                        <Typography>
                          <bdi>{entry.contact_name ?? entry.title}</bdi>
                        </Typography>
                        <Typography variant="body2" color="textSecondary">
                          <bdi>
                            {[entry.contact_name ? entry.title : null, ...entry.provider_ids.map((id) => names.get(id))]
                              .filter(Boolean)
                              .join(' · ')}
                          </bdi>
                        </Typography>
                        {entry.kind === 'group' && (
                          <Typography variant="body2">
                            {t('booking.seats_taken', { taken: entry.seats ?? 0, all: entry.capacity ?? 0 })}
                          </Typography>
                        )}
                      </Box>
                      {entry.status ? <StatusChip status={entry.status} /> : <StatusChip status="blocked" />}
                    </Stack>
                  </CardActionArea>
                </Card>
              ))}
            </Stack>
          </Box>
        )
      })}
    </Stack>
  )
}
