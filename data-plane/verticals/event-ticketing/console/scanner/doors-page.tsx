import {
  EmptyState,
  FailureState,
  formatNumber,
  formatWhenIn,
  ListSkeleton,
  TranslatedText,
  useConsoleLocale,
  useRead,
} from '@cityos/console/kit'
import ScannerIcon from '@mui/icons-material/QrCodeScanner'
import { Box, Button, Card, LinearProgress, Stack, Typography } from '@mui/material'
import { Link, Title, useTranslate } from 'react-admin'
import { listCheckinLists } from '../../contract.ts'
import { listName } from '../list-name.ts'

/** Every list people are checked in on, those of today first; each opens the scanner. */
export function DoorsPage() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { data, error, refetch } = useRead(listCheckinLists, { query: { limit: 50 } }, { refetchInterval: 15_000 })
  return (
    <Box sx={{ paddingBlockStart: 1.5 }}>
      <Title title="resources.checkin-lists.title" />
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : !data ? (
        <ListSkeleton />
      ) : data.total === 0 ? (
        <EmptyState title={t('resources.checkin-lists.empty')} text={t('resources.checkin-lists.empty_text')} />
      ) : (
        <Box
          component="ul"
          sx={{
            listStyle: 'none',
            margin: 0,
            padding: 0,
            display: 'grid',
            gap: 1.5,
            gridTemplateColumns: 'repeat(auto-fill, minmax(min(300px, 100%), 1fr))',
          }}
        >
          {data.items.map((list) => (
            <Card key={list.id} component="li" sx={{ padding: 2, display: 'flex', flexDirection: 'column', gap: 1 }}>
              <Typography variant="h3" component="h2" sx={{ margin: 0 }}>
                <TranslatedText value={list.event.title} />
              </Typography>
              <Typography color="textSecondary">
                <bdi>{listName(t, list.name)}</bdi> · {formatWhenIn(list.starts_at, list.event.timezone, locale)}
              </Typography>
              <LinearProgress
                variant="determinate"
                value={list.total === 0 ? 0 : Math.min(100, (100 * list.entered) / list.total)}
                aria-label={t('field.entered')}
                sx={{ height: 8, borderRadius: 4, backgroundColor: 'action.selected' }}
              />
              <Stack direction="row" sx={{ justifyContent: 'space-between', alignItems: 'center', marginBlockStart: 'auto' }}>
                <Typography>
                  {t('event.entered_of', { count: formatNumber(list.entered, locale), all: formatNumber(list.total, locale) })}
                </Typography>
                <Button variant="contained" startIcon={<ScannerIcon />} component={Link} to={`/scan/${list.id}`}>
                  {t('event.scan')}
                </Button>
              </Stack>
            </Card>
          ))}
        </Box>
      )}
    </Box>
  )
}
