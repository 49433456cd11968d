import { limitNames } from '@cityos/control-plane/contract'
import { Box, Typography } from '@mui/material'
import { NumberInput, useTranslate } from 'react-admin'

/** What a plan limits; an empty one is unlimited. */
export function LimitsInput() {
  const t = useTranslate()
  return (
    <Box role="group" aria-label={t('field.limits')}>
      <Typography variant="h3" sx={{ marginBlock: 1 }}>
        {t('field.limits')}
      </Typography>
      <Box sx={{ display: 'grid', gap: 1, gridTemplateColumns: 'repeat(auto-fill, minmax(200px, 1fr))' }}>
        {limitNames.map((name) => (
          <NumberInput
            key={name}
            source={`limits.${name}`}
            label={`limit.${name}`}
            min={0}
            parse={(text: string) => (text === '' ? undefined : Number(text))}
            helperText="billing.empty_is_unlimited"
          />
        ))}
      </Box>
    </Box>
  )
}
