import { InlineField } from '@cityos/console/kit'
import { Button, InputAdornment, Stack, Typography } from '@mui/material'
import { useState } from 'react'
import { useInput, useTranslate } from 'react-admin'
import { GeoPolygon } from '../../contract.ts'
import { circle, outline } from './circle.ts'

interface AreaInputProps {
  source: string
  /** Where the restaurant is. */
  center: { lat: number; lng: number }
}

/** The shape of a delivery area: a circle around the restaurant, or a polygon pasted from a map. */
export function AreaInput({ source, center }: AreaInputProps) {
  const t = useTranslate()
  const { field } = useInput({ source, defaultValue: circle(center, 3000) })
  const polygon = field.value as GeoPolygon | undefined
  const [kilometres, setKilometres] = useState('3')
  const [text, setText] = useState('')
  const pasted = text.trim() === '' ? null : readPolygon(text)
  const radius = Number(kilometres.replace(',', '.'))
  return (
    <Stack spacing={1.5} sx={{ marginBlock: 1 }}>
      {polygon && <AreaPicture polygon={polygon} center={center} />}
      <Stack direction="row" spacing={1} sx={{ alignItems: 'center' }}>
        <InlineField
          label={t('restaurant.radius')}
          value={kilometres}
          onChange={(event) => setKilometres(event.target.value)}
          slotProps={{
            htmlInput: { inputMode: 'decimal', dir: 'ltr' },
            input: { endAdornment: <InputAdornment position="end">km</InputAdornment> },
          }}
          sx={{ width: 160 }}
        />
        <Button variant="outlined" disabled={!(radius > 0 && radius <= 100)} onClick={() => field.onChange(circle(center, radius * 1000))}>
          {t('restaurant.draw_circle')}
        </Button>
      </Stack>
      <InlineField
        label={t('restaurant.geojson')}
        value={text}
        multiline
        maxRows={4}
        error={pasted === 'wrong'}
        helperText={pasted === 'wrong' ? t('restaurant.not_a_polygon') : t('restaurant.geojson_help')}
        onChange={(event) => {
          setText(event.target.value)
          const read = readPolygon(event.target.value)
          if (read !== 'wrong') field.onChange(read)
        }}
        slotProps={{ htmlInput: { dir: 'ltr', spellCheck: false } }}
      />
    </Stack>
  )
}

/** A polygon, or a feature around one, as map tools export it. */
function readPolygon(text: string): GeoPolygon | 'wrong' {
  try {
    const value = JSON.parse(text) as { geometry?: unknown; features?: { geometry?: unknown }[] }
    const read = GeoPolygon.safeParse(value.features?.[0]?.geometry ?? value.geometry ?? value)
    return read.success ? read.data : 'wrong'
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return 'wrong'
    throw thrown
  }
}

/** The area's outline with the restaurant in it, north up. */
export function AreaPicture({ polygon, center, size = 160 }: { polygon: GeoPolygon; center: { lat: number; lng: number }; size?: number }) {
  const t = useTranslate()
  const { rings, marks } = outline(polygon, [center])
  return (
    <Stack direction="row" spacing={1} sx={{ alignItems: 'center' }}>
      <svg viewBox="-6 -6 112 112" width={size} height={size} role="img" aria-label={t('restaurant.area_picture')} direction="ltr">
        {rings.map((points) => (
          <polygon key={points} points={points} fill="currentColor" fillOpacity={0.12} stroke="currentColor" strokeWidth={1.5} />
        ))}
        {marks.map((mark) => (
          <circle key={`${mark.x}`} cx={mark.x} cy={mark.y} r={3.5} fill="currentColor" />
        ))}
      </svg>
      {size > 100 && (
        <Typography variant="body2" color="textSecondary">
          {t('restaurant.area_dot')}
        </Typography>
      )}
    </Stack>
  )
}
