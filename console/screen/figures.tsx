import { Box, Card, CardActionArea, Typography } from '@mui/material'
import type { ReactNode } from 'react'
import { Link } from 'react-admin'

/** Figures that fill their rows, the last one too: two beside each other on a phone. */
export function Figures({ children }: { children: ReactNode }) {
  return <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, '& > *': { flex: { xs: '1 1 40%', sm: '1 1 176px' } } }}>{children}</Box>
}

interface FigureProps {
  label: string
  value: ReactNode
  /** Where the figure comes from. */
  to?: string
  /** Something to do about it. */
  alarm?: boolean
}

/** One number with its name. */
export function Figure({ label, value, to, alarm = false }: FigureProps) {
  const body = (
    <Box sx={{ padding: 1.5 }}>
      <Typography variant="body2" color="textSecondary">
        {label}
      </Typography>
      <Typography
        sx={{
          fontSize: '1.25rem',
          overflowWrap: 'anywhere',
          fontWeight: 600,
          lineHeight: 1.4,
          color: alarm ? 'error.main' : 'text.primary',
        }}
      >
        {value}
      </Typography>
    </Box>
  )
  return (
    <Card sx={alarm ? { borderColor: 'error.main' } : undefined}>
      {to ? (
        <CardActionArea component={Link} to={to} sx={{ height: '100%' }}>
          {body}
        </CardActionArea>
      ) : (
        body
      )}
    </Card>
  )
}
