import { pickText, type Result } from '@cityos/contract'
import { readNodeMap } from '@cityos/control-plane/contract'
import { Box, Typography, useTheme } from '@mui/material'
import { useMemo } from 'react'
import { useTranslate } from 'react-admin'
import { useNavigate } from 'react-router-dom'
import { useRead } from '../../api/query.ts'
import { useConsoleLocale } from '../../fields/format.ts'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'
import { fit, type Position, type Projection } from './projection.ts'

type Feature = Result<typeof readNodeMap>['features'][number]
const width = 640
const height = 520

const rings = ({ geometry }: Feature): Position[][] =>
  geometry.type === 'Point'
    ? []
    : geometry.type === 'Polygon'
      ? (geometry.coordinates as unknown as Position[][])
      : (geometry.coordinates as unknown as Position[][][]).flat()

const positionsOf = (feature: Feature): Position[] =>
  feature.geometry.type === 'Point' ? [feature.geometry.coordinates as unknown as Position] : rings(feature).flat()

const outline = (ring: readonly Position[], project: Projection): string =>
  `${ring
    .map(
      (position, index) =>
        `${index === 0 ? 'M' : 'L'}${project(position)
          .map((number) => number.toFixed(1))
          .join(' ')}`,
    )
    .join('')}Z`

interface NodeMapProps {
  chosen: string | null
  onChoose: (id: string) => void
}

/** Boundaries and points of the city's places. What it shows stands in the tree beside it in words. */
export function NodeMap({ chosen, onChoose }: NodeMapProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const theme = useTheme()
  const navigate = useNavigate()
  const { data, error, refetch } = useRead(readNodeMap, {})
  const features = useMemo(() => data?.features ?? [], [data])
  const project = useMemo(() => {
    const positions = features.flatMap(positionsOf)
    return positions.length === 0 ? null : fit(positions, width, height, 16)
  }, [features])
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  if (!project)
    return (
      <Typography color="textSecondary" sx={{ padding: 2 }}>
        {t('node.no_map')}
      </Typography>
    )
  const colour = (id: string) => (id === chosen ? theme.palette.secondary.main : theme.palette.primary.main)
  const handlers = (id: string) => ({
    onMouseEnter: () => onChoose(id),
    onClick: () => navigate(`/nodes/${id}/show`),
    style: { cursor: 'pointer' },
  })
  return (
    <Box dir="ltr" sx={{ padding: 1 }}>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t('node.map')} style={{ width: '100%', height: 'auto' }}>
        {features
          .filter((feature) => feature.geometry.type !== 'Point')
          .map((feature) => (
            <path
              key={feature.id}
              d={rings(feature)
                .map((ring) => outline(ring, project))
                .join('')}
              fill={colour(feature.id)}
              fillOpacity={feature.id === chosen ? 0.35 : 0.1}
              stroke={colour(feature.id)}
              strokeWidth={feature.id === chosen ? 2.5 : 1.2}
              {...handlers(feature.id)}
            >
              <title>{pickText(feature.properties.name, locale)}</title>
            </path>
          ))}
        {features
          .filter((feature) => feature.geometry.type === 'Point')
          .map((feature) => {
            const [cx, cy] = project(positionsOf(feature)[0] as Position)
            return (
              <circle
                key={feature.id}
                cx={cx}
                cy={cy}
                r={feature.id === chosen ? 7 : 4}
                fill={colour(feature.id)}
                {...handlers(feature.id)}
              >
                <title>{pickText(feature.properties.name, locale)}</title>
              </circle>
            )
          })}
      </svg>
    </Box>
  )
}
