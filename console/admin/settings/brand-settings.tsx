import { contrast, parseHex } from '@cityos/data-plane/colour'
import type { Settings } from '@cityos/data-plane/contract'
import { type Mode, surfaces, themeOf } from '@cityos/data-plane/theme'
import { Box, Button, MenuItem, Stack, TextField, Typography } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { Panel } from '../../screen/facts.tsx'

interface Brand {
  color: Settings['brand.color']
  radius: Settings['brand.radius']
}

interface BrandSettingsProps {
  brand: Brand
  /** The tenant document's colour: used while the shop sets none. */
  inherited: string
  onChange: (brand: Brand) => void
}

const radii = ['none', 'small', 'medium', 'large'] as const
const corners = { none: 0, small: 4, medium: 8, large: 16 }
const hexPattern = /^#[0-9a-f]{6}$/

/** One colour for the shop. The preview is computed by the storefront's own code, in light and dark, with its contrasts. */
export function BrandSettings({ brand, inherited, onChange }: BrandSettingsProps) {
  const t = useTranslate()
  const [text, setText] = useState(brand.color ?? inherited)
  const shown = brand.color ?? inherited
  const pick = (value: string) => {
    const hex = value.trim().toLowerCase()
    setText(hex)
    if (hexPattern.test(hex)) onChange({ ...brand, color: hex })
  }
  return (
    <Panel title={t('setting.brand')}>
      <Stack spacing={2}>
        <Stack direction={{ xs: 'column', sm: 'row' }} spacing={2}>
          <Stack direction="row" spacing={1} sx={{ alignItems: 'flex-start' }}>
            <Box
              component="input"
              type="color"
              value={shown}
              aria-label={t('setting.brand_pick')}
              onChange={(event: { target: { value: string } }) => pick(event.target.value)}
              sx={{ width: 44, height: 40, padding: 0, border: 0, background: 'none', cursor: 'pointer' }}
            />
            <TextField
              label={t('setting.brand_color')}
              value={text}
              onChange={(event) => pick(event.target.value)}
              error={!hexPattern.test(text)}
              helperText={hexPattern.test(text) ? undefined : t('setting.brand_format')}
              slotProps={{ htmlInput: { dir: 'ltr', maxLength: 7, spellCheck: false } }}
            />
          </Stack>
          <TextField
            select
            label={t('setting.radius')}
            value={brand.radius ?? 'medium'}
            onChange={(event) => onChange({ ...brand, radius: event.target.value as (typeof radii)[number] })}
            sx={{ minWidth: 160 }}
          >
            {radii.map((radius) => (
              <MenuItem key={radius} value={radius}>
                {t(`choice.radius.${radius}`)}
              </MenuItem>
            ))}
          </TextField>
          {brand.color && (
            <Button
              onClick={() => {
                setText(inherited)
                onChange({ ...brand, color: null })
              }}
            >
              {t('setting.brand_reset')}
            </Button>
          )}
        </Stack>
        <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { sm: '1fr 1fr' } }}>
          <Preview color={shown} radius={corners[brand.radius ?? 'medium']} mode="light" />
          <Preview color={shown} radius={corners[brand.radius ?? 'medium']} mode="dark" />
        </Box>
      </Stack>
    </Panel>
  )
}

function Preview({ color, radius, mode }: { color: string; radius: number; mode: Mode }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const theme = themeOf(color, mode)
  const shell = surfaces[mode]
  const ratio = (one: string, other: string) => formatNumber(Math.floor(contrast(parseHex(one), parseHex(other)) * 10) / 10, locale)
  return (
    <Box
      role="img"
      aria-label={t(`setting.preview_${mode}`)}
      sx={{ backgroundColor: shell.page, color: shell.ink, border: 1, borderColor: 'divider', borderRadius: `${radius}px`, padding: 2 }}
    >
      <Typography variant="body2" sx={{ color: shell.quiet, marginBlockEnd: 1 }}>
        {t(`setting.preview_${mode}`)}
      </Typography>
      <Stack direction="row" spacing={1.5} sx={{ alignItems: 'center', flexWrap: 'wrap', rowGap: 1 }}>
        <Box
          sx={{
            backgroundColor: theme.fill,
            color: theme.onFill,
            border: `1px solid ${theme.fillBorder}`,
            borderRadius: `${radius}px`,
            paddingInline: 2,
            paddingBlock: 1,
            fontWeight: 600,
          }}
        >
          {t('setting.preview_button')}
        </Box>
        <Box sx={{ color: theme.link, textDecoration: 'underline' }}>{t('setting.preview_link')}</Box>
        <Box sx={{ backgroundColor: theme.tint, color: theme.onTint, borderRadius: `${radius}px`, paddingInline: 1, paddingBlock: 0.5 }}>
          {t('setting.preview_badge')}
        </Box>
      </Stack>
      <Typography variant="body2" sx={{ color: shell.quiet, marginBlockStart: 1.5 }}>
        {t('setting.contrast', { button: ratio(theme.fill, theme.onFill), link: ratio(theme.link, shell.page) })}
      </Typography>
    </Box>
  )
}
