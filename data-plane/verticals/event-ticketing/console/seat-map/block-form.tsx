import { formatNumber, InlineField, useConsoleLocale } from '@cityos/console/kit'
import { Alert, Button, MenuItem, Stack, Typography } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import type { SeatLayout, SeatSection } from '../../contract.ts'
import { type BlockPlan, generateRows } from './layout.ts'

interface BlockFormProps {
  categories: SeatLayout['categories']
  /** Codes taken by other sections. */
  taken: string[]
  /** Where the new section goes. */
  below: number
  onAdd: (section: SeatSection) => void
}

interface Draft extends Omit<BlockPlan, 'bands'> {
  code: string
  name: string
  x: number
  rotation: number
  bands: string
}

/** Rows × seats: makes a section at once, from the front row back. */
export function BlockForm({ categories, taken, below, onAdd }: BlockFormProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [draft, setDraft] = useState<Draft>({
    code: freeCode(taken),
    name: '',
    rows: 10,
    seats: 20,
    firstRow: 'A',
    firstSeat: 1,
    growth: 0,
    gap: 1.2,
    curve: 0,
    x: 1,
    rotation: 0,
    bands: '',
  })
  const [category, setCategory] = useState(categories[0]?.code ?? '')
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const bands = readBands(
    draft.bands,
    categories.map((item) => item.code),
    category,
  )
  const count = generateRows({ ...draft, bands: bands ?? [] }).reduce((sum, row) => sum + row.count, 0)
  const wrong =
    !/^[A-Za-z0-9]{1,12}$/.test(draft.code) ||
    taken.includes(draft.code) ||
    draft.rows < 1 ||
    draft.rows > 200 ||
    draft.seats < 1 ||
    draft.seats > 500 ||
    bands === null
  const number = (name: 'rows' | 'seats' | 'firstSeat' | 'growth' | 'gap' | 'curve' | 'x' | 'rotation', step = 1) => (
    <InlineField
      key={name}
      type="number"
      label={t(`event.block_${name}`)}
      value={draft[name]}
      onChange={(event) => change({ [name]: Number(event.target.value) })}
      slotProps={{ htmlInput: { dir: 'ltr', step } }}
      sx={{ width: 132 }}
    />
  )
  return (
    <Stack spacing={1.5}>
      <Stack direction="row" sx={{ gap: 1.5, flexWrap: 'wrap' }}>
        <InlineField
          label={t('event.block_code')}
          value={draft.code}
          error={taken.includes(draft.code)}
          onChange={(event) => change({ code: event.target.value })}
          slotProps={{ htmlInput: { dir: 'ltr', maxLength: 12 } }}
          sx={{ width: 132 }}
        />
        <InlineField
          label={t('field.name')}
          value={draft.name}
          onChange={(event) => change({ name: event.target.value })}
          slotProps={{ htmlInput: { dir: 'auto', maxLength: 80 } }}
          sx={{ width: 180 }}
        />
        {number('rows')}
        {number('seats')}
        <InlineField
          label={t('event.block_firstRow')}
          value={draft.firstRow}
          onChange={(event) => change({ firstRow: event.target.value.toUpperCase() })}
          slotProps={{ htmlInput: { dir: 'ltr', maxLength: 4 } }}
          sx={{ width: 132 }}
        />
        {number('firstSeat')}
        {number('growth')}
        {number('gap', 0.1)}
        {number('curve', 0.1)}
        {number('x', 0.5)}
        {number('rotation', 5)}
        <InlineField
          select
          label={t('field.category')}
          value={category}
          onChange={(event) => setCategory(event.target.value)}
          sx={{ minWidth: 150 }}
        >
          {categories.map((item) => (
            <MenuItem key={item.code} value={item.code}>
              {item.name[locale] ?? item.name.en ?? item.code}
            </MenuItem>
          ))}
        </InlineField>
        <InlineField
          label={t('event.block_bands')}
          value={draft.bands}
          error={bands === null}
          helperText={t('event.block_bands_help')}
          onChange={(event) => change({ bands: event.target.value })}
          slotProps={{ htmlInput: { dir: 'ltr' } }}
          sx={{ flex: '1 1 220px' }}
        />
      </Stack>
      {bands === null && <Alert severity="error">{t('event.category_unknown')}</Alert>}
      <Stack direction="row" spacing={1.5} sx={{ alignItems: 'center' }}>
        <Button
          variant="outlined"
          disabled={wrong}
          onClick={() => {
            const name = draft.name.trim() || draft.code
            onAdd({
              code: draft.code,
              name: { en: name, ar: name, fr: name },
              x: draft.x,
              y: below,
              rotation: draft.rotation,
              rows: generateRows({ ...draft, bands: bands ?? [] }),
            })
            change({ code: freeCode([...taken, draft.code]), name: '' })
          }}
        >
          {t('event.add_section')}
        </Button>
        <Typography color="textSecondary">{t('event.seat_count', { count: formatNumber(count, locale) })}</Typography>
      </Stack>
    </Stack>
  )
}

/** `gold:3, silver:5` with the chosen category for the rest; null when a category is not there. */
function readBands(text: string, codes: string[], rest: string): BlockPlan['bands'] | null {
  const bands = text
    .split(/[,،]/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [category = '', rows = ''] = part.split(':').map((piece) => piece.trim())
      return { category, rows: Number(rows) }
    })
  if (bands.some((band) => !codes.includes(band.category) || !Number.isInteger(band.rows) || band.rows < 1)) return null
  return [...bands, { category: rest, rows: 1_000_000 }]
}

function freeCode(taken: string[]): string {
  for (const letter of 'ABCDEFGHJKLMNPQRSTUVWXYZ') if (!taken.includes(letter)) return letter
  return `S${taken.length + 1}`
}
