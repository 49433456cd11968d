import { Box, Card, CardContent, Typography } from '@mui/material'
import type { ReactNode } from 'react'
import { useTranslate } from 'react-admin'

/** A titled panel. */
export function Panel({
  title,
  actions,
  children,
  dense = false,
}: {
  title?: string
  actions?: ReactNode
  children: ReactNode
  dense?: boolean
}) {
  return (
    <Card component="section" aria-label={title} sx={{ minWidth: 0 }}>
      {(title || actions) && (
        <Box
          sx={{
            display: 'flex',
            alignItems: 'center',
            justifyContent: 'space-between',
            gap: 1,
            flexWrap: 'wrap',
            paddingInline: 2,
            paddingBlockStart: 1.5,
          }}
        >
          <Typography variant="h2">{title}</Typography>
          {actions}
        </Box>
      )}
      {dense ? children : <CardContent>{children}</CardContent>}
    </Card>
  )
}

export interface Fact {
  label: string
  value: ReactNode
}

/** Names and values, in as many columns as fit. */
export function Facts({ facts, columns = 220 }: { facts: Fact[]; columns?: number }) {
  const t = useTranslate()
  return (
    <Box
      component="dl"
      sx={{ display: 'grid', gridTemplateColumns: `repeat(auto-fill, minmax(min(${columns}px, 100%), 1fr))`, gap: 2, margin: 0 }}
    >
      {facts.map((fact) => (
        <Box key={fact.label} sx={{ minWidth: 0 }}>
          <Typography component="dt" variant="body2" color="textSecondary">
            {t(fact.label)}
          </Typography>
          <Typography component="dd" sx={{ margin: 0, overflowWrap: 'anywhere' }}>
            {fact.value}
          </Typography>
        </Box>
      ))}
    </Box>
  )
}
