import type { SeatPoints } from './seat-geometry.ts'

export interface View {
  /** Pixels per unit of the plan. */
  scale: number
  x: number
  y: number
}

export interface Drawing {
  points: SeatPoints
  /** f, h, s, b per seat. */
  letters: string
  colours: readonly string[]
  chosen: ReadonlySet<number>
  /** The seat the keyboard is on; −1 while the map has no focus. */
  cursor: number
  stage: { x: number; y: number; width: number; height: number; label: string } | null
}

interface Palette {
  ink: string
  quiet: string
  line: string
  panel: string
}

function paletteOf(canvas: HTMLCanvasElement): Palette {
  const style = getComputedStyle(canvas)
  const token = (name: string) => style.getPropertyValue(name).trim()
  return { ink: token('--ink'), quiet: token('--quiet'), line: token('--line-strong'), panel: token('--panel') }
}

/**
 * Draws the plan: free seats are full circles in the colour of their category, held ones are rings, sold and blocked ones
 * small crosses, chosen ones squares with a mark: no state by colour alone. One path per kind keeps 20,000 seats at a few milliseconds.
 */
export function drawSeats(canvas: HTMLCanvasElement, view: View, drawing: Drawing): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const ratio = window.devicePixelRatio || 1
  const palette = paletteOf(canvas)
  const { points, letters, colours, chosen } = drawing
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, canvas.width, canvas.height)
  context.setTransform(view.scale * ratio, 0, 0, view.scale * ratio, view.x * ratio, view.y * ratio)
  drawStage(context, drawing, palette)
  const radius = points.pitch * 0.4
  const free = colours.map(() => new Path2D())
  const held = colours.map(() => new Path2D())
  const gone = new Path2D()
  const left = -view.x / view.scale - radius
  const top = -view.y / view.scale - radius
  const right = left + canvas.width / ratio / view.scale + radius * 2
  const bottom = top + canvas.height / ratio / view.scale + radius * 2
  for (let index = 0; index < points.ids.length; index++) {
    const x = points.x[index] ?? 0
    const y = points.y[index] ?? 0
    if (x < left || x > right || y < top || y > bottom || chosen.has(index)) continue
    const letter = letters[index]
    const category = points.category[index] ?? 0
    if (letter === 'f') circle(free[category], x, y, radius)
    else if (letter === 'h') circle(held[category], x, y, radius * 0.8)
    else {
      const arm = radius * 0.45
      gone.moveTo(x - arm, y - arm)
      gone.lineTo(x + arm, y + arm)
      gone.moveTo(x + arm, y - arm)
      gone.lineTo(x - arm, y + arm)
    }
  }
  context.lineWidth = radius * 0.25
  context.strokeStyle = palette.line
  context.globalAlpha = 0.7
  context.stroke(gone)
  context.globalAlpha = 1
  for (const [index, colour] of colours.entries()) {
    context.fillStyle = colour
    context.strokeStyle = colour
    if (free[index]) context.fill(free[index])
    if (held[index]) context.stroke(held[index])
  }
  drawChosen(context, drawing, palette, radius)
  const cursor = drawing.cursor
  if (cursor >= 0) {
    context.strokeStyle = palette.ink
    context.lineWidth = Math.max(radius * 0.35, 2 / view.scale)
    context.beginPath()
    context.arc(points.x[cursor] ?? 0, points.y[cursor] ?? 0, radius * 1.5, 0, Math.PI * 2)
    context.stroke()
  }
}

function circle(path: Path2D | undefined, x: number, y: number, radius: number): void {
  path?.moveTo(x + radius, y)
  path?.arc(x, y, radius, 0, Math.PI * 2)
}

function drawStage(context: CanvasRenderingContext2D, { stage, points }: Drawing, palette: Palette): void {
  if (!stage) return
  context.fillStyle = palette.panel
  context.fillRect(stage.x, stage.y, stage.width, stage.height)
  context.fillStyle = palette.quiet
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.font = `600 ${Math.min(stage.height * 0.5, points.pitch * 4)}px Plex, sans-serif`
  context.fillText(stage.label, stage.x + stage.width / 2, stage.y + stage.height / 2, stage.width)
}

function drawChosen(context: CanvasRenderingContext2D, { points, chosen }: Drawing, palette: Palette, radius: number): void {
  for (const index of chosen) {
    const x = points.x[index] ?? 0
    const y = points.y[index] ?? 0
    const side = radius * 1.25
    context.fillStyle = palette.ink
    context.fillRect(x - side, y - side, side * 2, side * 2)
    context.strokeStyle = palette.panel
    context.lineWidth = radius * 0.4
    context.beginPath()
    context.moveTo(x - side * 0.55, y)
    context.lineTo(x - side * 0.1, y + side * 0.5)
    context.lineTo(x + side * 0.6, y - side * 0.5)
    context.stroke()
  }
}
