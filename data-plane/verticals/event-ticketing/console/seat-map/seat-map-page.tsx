import {
  FailureAlert,
  FailureState,
  formatNumber,
  InlineField,
  ListSkeleton,
  Panel,
  RemoveButton,
  useConsoleLocale,
  useRead,
  useSend,
} from '@cityos/console/kit'
import AddIcon from '@mui/icons-material/Add'
import CloseIcon from '@mui/icons-material/Close'
import { Alert, Box, Button, IconButton, Stack, Typography } from '@mui/material'
import { useMemo, useState } from 'react'
import { ListButton, Title, TopToolbar, useGetRecordId, useNavigate, useNotify, useTranslate } from 'react-admin'
import {
  createSeatMap,
  deleteSeatMap,
  getManagedSeatMap,
  type ManagedSeatMapDetail,
  type SeatLayout,
  updateSeatMap,
} from '../../contract.ts'
import { BlockForm } from './block-form.tsx'
import { countSeats, fitted, layoutFailure, placedSeats, seatsByCategory } from './layout.ts'
import { SeatCanvas } from './seat-canvas.tsx'

const blank: SeatLayout = {
  width: 24,
  height: 16,
  stage: { x: 4, y: 0.5, width: 14, height: 2, label: 'Stage' },
  categories: [
    { code: 'gold', name: { en: 'Gold', fr: 'Or', ar: 'ذهبي' }, colour: '#8a5300' },
    { code: 'silver', name: { en: 'Silver', fr: 'Argent', ar: 'فضي' }, colour: '#1f5f99' },
  ],
  sections: [],
}

export function SeatMapCreate() {
  return <Editor />
}

export function SeatMapEdit() {
  const id = String(useGetRecordId())
  const { data, error, refetch } = useRead(getManagedSeatMap, { params: { id } })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton rows={8} />
  return <Editor key={data.version} map={data} />
}

/** A seat map: categories, sections made of rows × seats, and the picture of it. */
function Editor({ map }: { map?: ManagedSeatMapDetail }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const notify = useNotify()
  const navigate = useNavigate()
  const create = useSend(createSeatMap)
  const update = useSend(updateSeatMap)
  const [name, setName] = useState(map?.name ?? '')
  const [layout, setLayout] = useState<SeatLayout>(map?.layout ?? blank)
  const shown = useMemo(() => fitted(layout), [layout])
  const counts = seatsByCategory(layout)
  const locked = (map?.events ?? 0) > 0
  const failure = layoutFailure(layout)
  const send = map ? update : create
  const below = Math.max((layout.stage?.y ?? 0) + (layout.stage?.height ?? 0) + 2, ...placedSeats(layout).map((seat) => seat.y + 3))
  const save = () => {
    const done = {
      onSuccess: () => {
        notify(t('shell.done'), { type: 'success' })
        navigate('/seat-maps')
      },
    }
    if (map) update.mutate({ params: { id: map.id }, body: locked ? { name } : { name, layout: shown } }, done)
    else create.mutate({ body: { name, layout: shown } }, done)
  }
  const category = (index: number, part: Partial<SeatLayout['categories'][number]>) =>
    setLayout({ ...layout, categories: layout.categories.map((item, at) => (at === index ? { ...item, ...part } : item)) })
  return (
    <Box>
      <Title title={map?.name ?? t('resources.seat-maps.create')} />
      <TopToolbar sx={{ justifyContent: 'space-between' }}>
        <ListButton />
        <Box sx={{ flex: 1 }} />
        {map && !locked && (
          <RemoveButton endpoint={deleteSeatMap} params={{ id: map.id }} name={map.name} onDone={() => navigate('/seat-maps')} />
        )}
        <Button variant="contained" disabled={name.trim() === '' || failure !== null} loading={send.isPending} onClick={save}>
          {t('ra.action.save')}
        </Button>
      </TopToolbar>
      <Stack spacing={2}>
        {locked && <Alert severity="info">{t('event.map_in_use')}</Alert>}
        <FailureAlert error={send.error} />
        <Panel>
          <Stack direction="row" sx={{ gap: 2, flexWrap: 'wrap', alignItems: 'center' }}>
            <InlineField
              label={t('field.name')}
              value={name}
              required
              onChange={(event) => setName(event.target.value)}
              sx={{ minWidth: 260 }}
              slotProps={{ htmlInput: { dir: 'auto', maxLength: 120 } }}
            />
            <Typography>{t('event.seat_count', { count: formatNumber(countSeats(layout), locale) })}</Typography>
            {failure && layout.sections.length > 0 && <Typography color="error">{t(failure)}</Typography>}
          </Stack>
        </Panel>
        {!locked && (
          <>
            <Panel
              title={t('event.categories')}
              actions={
                <Button
                  startIcon={<AddIcon />}
                  onClick={() =>
                    setLayout({
                      ...layout,
                      categories: [...layout.categories, { code: `c${layout.categories.length + 1}`, name: {}, colour: '#1b6e3c' }],
                    })
                  }
                >
                  {t('event.add_category')}
                </Button>
              }
            >
              <Stack spacing={1}>
                {layout.categories.map((item, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a category is edited down to its code
                  <Stack key={index} direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
                    <input
                      type="color"
                      value={item.colour}
                      aria-label={t('field.colour')}
                      onChange={(event) => category(index, { colour: event.target.value })}
                      style={{ width: 44, height: 36 }}
                    />
                    <InlineField
                      label={t('field.code')}
                      value={item.code}
                      onChange={(event) => category(index, { code: event.target.value })}
                      slotProps={{ htmlInput: { dir: 'ltr', pattern: '[a-z0-9_]{1,40}' } }}
                      sx={{ width: 130 }}
                    />
                    {(['en', 'ar', 'fr'] as const).map((language) => (
                      <InlineField
                        key={language}
                        label={`${t('field.name')} (${language})`}
                        value={item.name[language] ?? ''}
                        onChange={(event) => category(index, { name: { ...item.name, [language]: event.target.value || undefined } })}
                        slotProps={{ htmlInput: { dir: language === 'ar' ? 'rtl' : 'ltr' } }}
                        sx={{ width: 150 }}
                      />
                    ))}
                    <Typography color="textSecondary">
                      {t('event.seat_count', { count: formatNumber(counts.get(item.code) ?? 0, locale) })}
                    </Typography>
                    {layout.categories.length > 1 && (
                      <IconButton
                        aria-label={t('shell.remove', { name: item.code })}
                        onClick={() => setLayout({ ...layout, categories: layout.categories.toSpliced(index, 1) })}
                      >
                        <CloseIcon />
                      </IconButton>
                    )}
                  </Stack>
                ))}
              </Stack>
            </Panel>
            <Panel title={t('event.new_section')}>
              <BlockForm
                categories={layout.categories}
                taken={layout.sections.map((section) => section.code)}
                below={below}
                onAdd={(section) => setLayout({ ...layout, sections: [...layout.sections, section] })}
              />
            </Panel>
            {layout.sections.length > 0 && (
              <Panel title={t('event.sections')}>
                <Stack spacing={1}>
                  {layout.sections.map((section, index) => (
                    <Stack key={section.code} direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
                      <Typography sx={{ minWidth: 60, fontWeight: 600 }}>
                        <bdi>{section.code}</bdi>
                      </Typography>
                      <Typography color="textSecondary" sx={{ minWidth: 160 }}>
                        {t('event.section_size', {
                          rows: formatNumber(section.rows.length, locale),
                          seats: formatNumber(
                            section.rows.reduce((sum, row) => sum + row.count, 0),
                            locale,
                          ),
                        })}
                      </Typography>
                      {(['x', 'y', 'rotation'] as const).map((axis) => (
                        <InlineField
                          key={axis}
                          type="number"
                          label={t(`event.block_${axis}`)}
                          value={section[axis]}
                          onChange={(event) =>
                            setLayout({
                              ...layout,
                              sections: layout.sections.with(index, { ...section, [axis]: Number(event.target.value) }),
                            })
                          }
                          slotProps={{ htmlInput: { dir: 'ltr', step: axis === 'rotation' ? 5 : 0.5 } }}
                          sx={{ width: 110 }}
                        />
                      ))}
                      <IconButton
                        aria-label={t('shell.remove', { name: section.code })}
                        onClick={() => setLayout({ ...layout, sections: layout.sections.toSpliced(index, 1) })}
                      >
                        <CloseIcon />
                      </IconButton>
                    </Stack>
                  ))}
                </Stack>
              </Panel>
            )}
          </>
        )}
        <SeatCanvas layout={shown} label={t('event.map_picture')} />
      </Stack>
    </Box>
  )
}
