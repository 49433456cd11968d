import { Box } from '@mui/material'
import { createContext, type MouseEvent, type ReactNode, use } from 'react'
import { Link } from 'react-admin'

/** True where the whole row or card leads to its record: a link holds no links. */
export const WithinLink = createContext(false)

/** Leads from a column to another record; large enough to touch (WCAG 2.2, 2.5.8). */
export function RecordLink({ to, children }: { to: string; children: ReactNode }) {
  if (use(WithinLink)) return children
  return (
    <Box
      component={Link}
      to={to}
      onClick={(event: MouseEvent) => event.stopPropagation()}
      sx={{ display: 'inline-block', lineHeight: '28px' }}
    >
      {children}
    </Box>
  )
}
