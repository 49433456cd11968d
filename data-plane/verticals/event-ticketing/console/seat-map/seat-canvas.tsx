import { Box, useTheme } from '@mui/material'
import { type MouseEvent, useEffect, useMemo, useRef } from 'react'
import { useTranslate } from 'react-admin'
import type { SeatLayout, SeatStatusLetter } from '../../contract.ts'
import { type PlacedSeat, placedSeats } from './layout.ts'

interface SeatCanvasProps {
  layout: SeatLayout
  /** One letter per seat in the order of the plan; absent: all free. */
  status?: string
  selected?: ReadonlySet<string>
  onPick?: (seat: PlacedSeat, letter: SeatStatusLetter, range: boolean) => void
  label: string
}

/** The plan drawn on a canvas, so that twenty thousand seats are as quick as twenty. Left and right stay where they are in every language. */
export function SeatCanvas({ layout, status, selected, onPick, label }: SeatCanvasProps) {
  const theme = useTheme()
  const t = useTranslate()
  // a stage nobody gave another name is called so in the reader's language
  const given = layout.stage?.label ?? ''
  const stageText = given === '' || given === 'Stage' ? t('event.stage') : given
  const canvas = useRef<HTMLCanvasElement>(null)
  const seats = useMemo(() => placedSeats(layout), [layout])
  const colours = useMemo(() => new Map(layout.categories.map((category) => [category.code, category.colour])), [layout])
  const scale = Math.max(4, Math.min(26, 1100 / layout.width))
  const width = Math.round(layout.width * scale)
  const height = Math.round(layout.height * scale)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const dots = window.devicePixelRatio || 1
    context.setTransform(dots * scale, 0, 0, dots * scale, 0, 0)
    context.clearRect(0, 0, layout.width, layout.height)
    context.lineWidth = 0.08
    if (layout.stage) drawStage(context, { ...layout.stage, label: stageText }, theme.palette.text.primary, theme.palette.action.hover)
    seats.forEach((seat, index) => {
      drawSeat(
        context,
        seat,
        (status?.[index] ?? 'f') as SeatStatusLetter,
        colours.get(seat.category) ?? '#888888',
        selected?.has(seat.id) ?? false,
        theme.palette,
      )
    })
  }, [layout, seats, status, selected, colours, scale, theme, stageText])
  const pick = (event: MouseEvent<HTMLCanvasElement>) => {
    if (!onPick) return
    const box = event.currentTarget.getBoundingClientRect()
    const x = ((event.clientX - box.left) / box.width) * layout.width
    const y = ((event.clientY - box.top) / box.height) * layout.height
    const at = seats.findIndex((seat) => Math.hypot(seat.x - x, seat.y - y) < 0.55)
    const seat = seats[at]
    if (seat) onPick(seat, (status?.[at] ?? 'f') as SeatStatusLetter, event.shiftKey)
  }
  const dots = typeof window === 'undefined' ? 1 : window.devicePixelRatio || 1
  return (
    <Box
      dir="ltr"
      sx={{ overflow: 'auto', maxHeight: '60vh', border: 1, borderColor: 'divider', borderRadius: 2, padding: 1 }}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <canvas
        ref={canvas}
        width={width * dots}
        height={height * dots}
        style={{ width, maxWidth: width, height, display: 'block', cursor: onPick ? 'pointer' : 'default' }}
        role="img"
        aria-label={label}
        onClick={pick}
      />
    </Box>
  )
}

function drawStage(context: CanvasRenderingContext2D, stage: NonNullable<SeatLayout['stage']>, ink: string, ground: string): void {
  context.fillStyle = ground
  context.strokeStyle = ink
  context.fillRect(stage.x, stage.y, stage.width, stage.height)
  context.strokeRect(stage.x, stage.y, stage.width, stage.height)
  context.fillStyle = ink
  context.font = `${Math.min(1.2, stage.height * 0.6)}px sans-serif`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(stage.label, stage.x + stage.width / 2, stage.y + stage.height / 2)
}

interface Palette {
  text: { primary: string; secondary: string }
  background: { paper: string }
}

/** States differ by shape and fill, not by hue alone: free full, held ring, sold small, blocked crossed. */
function drawSeat(
  context: CanvasRenderingContext2D,
  seat: PlacedSeat,
  letter: SeatStatusLetter,
  colour: string,
  selected: boolean,
  palette: Palette,
): void {
  context.beginPath()
  context.arc(seat.x, seat.y, letter === 's' ? 0.2 : 0.4, 0, Math.PI * 2)
  context.strokeStyle = colour
  context.fillStyle = letter === 'f' ? colour : letter === 's' ? palette.text.secondary : palette.background.paper
  context.fill()
  context.stroke()
  if (letter === 'b') {
    context.beginPath()
    context.moveTo(seat.x - 0.28, seat.y - 0.28)
    context.lineTo(seat.x + 0.28, seat.y + 0.28)
    context.moveTo(seat.x + 0.28, seat.y - 0.28)
    context.lineTo(seat.x - 0.28, seat.y + 0.28)
    context.strokeStyle = palette.text.primary
    context.stroke()
  }
  if (!selected) return
  context.beginPath()
  context.arc(seat.x, seat.y, 0.5, 0, Math.PI * 2)
  context.lineWidth = 0.16
  context.strokeStyle = palette.text.primary
  context.stroke()
  context.lineWidth = 0.08
}
