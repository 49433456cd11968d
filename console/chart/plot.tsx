import { ThemeProvider, useTheme } from '@mui/material'
import { BarChart } from '@mui/x-charts/BarChart'
import { LineChart } from '@mui/x-charts/LineChart'
import { useMemo } from 'react'
import type { ChartProps } from './chart.tsx'

/** Hues that people with colour blindness tell apart (Okabe–Ito), readable on both grounds. */
const hues = { light: ['#00735c', '#0067a5', '#b34700', '#8a4d76'], dark: ['#4fd1b3', '#6cb8f0', '#f0a35e', '#e3a1cb'] }

/** The plot itself; kept apart because its library is heavy and few screens need it. Time runs left to right in every language. */
export default function Plot(props: Omit<ChartProps, 'title'>) {
  const theme = useTheme()
  const leftToRight = useMemo(() => ({ ...theme, direction: 'ltr' as const }), [theme])
  return (
    <ThemeProvider theme={leftToRight}>
      <Drawing {...props} />
    </ThemeProvider>
  )
}

function Drawing({ points, series, kind, format }: Omit<ChartProps, 'title'>) {
  const theme = useTheme()
  const colors = hues[theme.palette.mode]
  const value = (number: number | null) => format(number ?? 0)
  const every = Math.max(1, Math.ceil(points.length / 6))
  const axis = {
    data: points,
    height: 30,
    tickLabelInterval: (_: unknown, index: number) => index % every === 0,
    tickInterval: (_: unknown, index: number) => index % every === 0,
  }
  // nothing but zeros is drawn on the ground, not in the middle
  const flat = series.every((line) => line.values.every((number) => number === 0))
  const compact = new Intl.NumberFormat('en', { notation: 'compact' })
  const shared = {
    // the legend stands above the drawing and takes its height from it
    height: series.length < 2 ? 230 : 196,
    colors,
    margin: { left: 4, right: 12, top: 12, bottom: 4 },
    hideLegend: series.length < 2,
    grid: { horizontal: true },
    yAxis: [
      {
        width: 48,
        ...(flat ? { min: 0, max: 1 } : {}),
        valueFormatter: (number: number) => (Math.abs(number) >= 1000 ? compact.format(number) : String(number)),
      },
    ],
  }
  if (kind === 'bar')
    return (
      <BarChart
        {...shared}
        xAxis={[{ ...axis, scaleType: 'band' }]}
        series={series.map((line) => ({ label: line.label, data: line.values, valueFormatter: value }))}
        borderRadius={3}
      />
    )
  return (
    <LineChart
      {...shared}
      xAxis={[{ ...axis, scaleType: 'point' }]}
      series={series.map((line) => ({
        label: line.label,
        data: line.values,
        valueFormatter: value,
        showMark: points.length < 3,
        area: series.length === 1,
        curve: 'linear' as const,
      }))}
    />
  )
}
