import type { Operation } from '@cityos/control-plane/contract'
import { Box, List, ListItemButton, Stack, Typography } from '@mui/material'
import { Link, useTranslate } from 'react-admin'
import { StatusChip } from '../../fields/status.tsx'
import { When } from '../../fields/values.tsx'

/** Operations as a short list, each a link to its page. */
export function OperationRows({ operations, withTenant = false }: { operations: Operation[]; withTenant?: boolean }) {
  const t = useTranslate()
  return (
    <List component="div" disablePadding>
      {operations.map((operation) => (
        <ListItemButton key={operation.id} component={Link} to={`/operations/${operation.id}/show`} divider sx={{ color: 'inherit' }}>
          <Stack direction="row" sx={{ width: '100%', alignItems: 'center', gap: 1, flexWrap: 'wrap' }}>
            <Box sx={{ flex: 1, minWidth: 140 }}>
              <Typography>
                {t(`operation_kind.${operation.kind}`)}
                {withTenant && (
                  <>
                    {' · '}
                    <bdi dir="ltr">{operation.tenant_slug}</bdi>
                  </>
                )}
              </Typography>
              <Typography variant="body2" color="textSecondary">
                <When at={operation.created_at} ago /> · <bdi>{operation.requested_by}</bdi>
              </Typography>
            </Box>
            <StatusChip status={operation.status} />
          </Stack>
        </ListItemButton>
      ))}
    </List>
  )
}
