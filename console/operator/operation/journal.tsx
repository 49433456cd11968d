import type { OperationEvent } from '@cityos/control-plane/contract'
import { Box, Table, TableBody, TableCell, TableHead, TableRow, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { When } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'

/** The journal as a table: every line the operation has written, the twin of the timeline. */
export function Journal({ events }: { events: OperationEvent[] }) {
  const t = useTranslate()
  return (
    <Panel title={t('operation.journal')} dense>
      {events.length === 0 ? (
        <Typography color="textSecondary" sx={{ padding: 2 }}>
          {t('operation.journal_empty')}
        </Typography>
      ) : (
        <Box sx={{ overflow: 'auto', maxHeight: 360 }} tabIndex={0} role="region" aria-label={t('operation.journal')}>
          <Table size="small" stickyHeader>
            <TableHead>
              <TableRow>
                <TableCell>{t('field.when')}</TableCell>
                <TableCell>{t('field.step')}</TableCell>
                <TableCell>{t('field.status')}</TableCell>
                <TableCell>{t('field.message')}</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {events.map((event) => (
                <TableRow key={event.sequence}>
                  <TableCell>
                    <When at={event.at} />
                  </TableCell>
                  <TableCell>{event.step ? t(`step.${event.step}`, { _: event.step }) : '–'}</TableCell>
                  <TableCell>{t(`status.${event.status}`, { _: event.status })}</TableCell>
                  <TableCell dir="auto">{event.message ?? ''}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </Box>
      )}
    </Panel>
  )
}
