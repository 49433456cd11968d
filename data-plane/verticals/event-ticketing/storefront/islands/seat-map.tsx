import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { SeatMapView } from '../../contract.ts'
import { type Drawing, drawSeats, type View } from '../seat-canvas.ts'
import { nearestSeat, type SeatPoints, seatBeside, seatPoints } from '../seat-geometry.ts'
import { usePointers } from '../seat-pointers.ts'

export interface SeatMapProps {
  mapUrl: string
  seatsUrl: string
  /** Where the chosen seats are sent. */
  action: string
  date: string
  locale: string
  direction: 'ltr' | 'rtl'
  /** Seats one order may have. */
  maximum: number
  /** Height of the plan by its width. */
  ratio: number
  categories: { code: string; name: string; colour: string; price: string }[]
  sections: Record<string, string>
  texts: Record<
    | 'label'
    | 'loading'
    | 'failed'
    | 'zoomIn'
    | 'zoomOut'
    | 'whole'
    | 'seat'
    | 'free'
    | 'held'
    | 'sold'
    | 'blocked'
    | 'chosen'
    | 'none'
    | 'remove'
    | 'full'
    | 'take'
    | 'help'
    | 'stage',
    string
  >
}

interface Loaded {
  points: SeatPoints
  letters: string
  layout: SeatMapView['layout']
}

const widthOf = 800
/** Distance of two seats on the screen, in pixels, from which on a tap chooses; and what a tap zooms to before that. */
const tapFrom = 14
const closer = 26

/** The plan of up to 20,000 seats on one canvas: drag, pinch or buttons to look around; arrows and Enter to choose by keyboard. */
export default function SeatMap(props: SeatMapProps) {
  const { texts, categories, maximum } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const view = useRef<View>({ scale: 1, x: 0, y: 0 })
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [failed, setFailed] = useState(false)
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const [cursor, setCursor] = useState(-1)
  const [said, setSaid] = useState('')

  useEffect(() => {
    const stop = new AbortController()
    load(props, stop.signal).then(setLoaded, (error: unknown) => {
      if (!stop.signal.aborted) setFailed(error instanceof Error)
    })
    return () => stop.abort()
  }, [props])

  const draw = () => {
    if (!canvas.current || !loaded) return
    const drawing: Drawing = {
      points: loaded.points,
      letters: loaded.letters,
      colours: categories.map((category) => category.colour),
      chosen,
      cursor,
      stage: loaded.layout.stage && { ...loaded.layout.stage, label: stageName(loaded.layout.stage.label, texts.stage) },
    }
    drawSeats(canvas.current, view.current, drawing)
    // The whole plan leaves one finger to the page; looked at more closely, it is dragged.
    canvas.current.style.touchAction = view.current.scale > whole(canvas.current, loaded).scale * 1.01 ? 'none' : 'pan-y'
  }
  const latest = useRef(draw)
  latest.current = draw
  useEffect(() => latest.current())

  useEffect(() => {
    const element = canvas.current
    if (!element || !loaded) return
    const fit = () => {
      const ratio = window.devicePixelRatio || 1
      // Both read before either is written: the attributes set the shape of the element.
      const [width, height] = [element.clientWidth, element.clientHeight]
      element.width = width * ratio
      element.height = height * ratio
      view.current = whole(element, loaded)
      latest.current()
    }
    const observer = new ResizeObserver(fit)
    observer.observe(element)
    return () => observer.disconnect()
  }, [loaded])

  const zoom = (factor: number, at?: { x: number; y: number }) => {
    const element = canvas.current
    if (!element || !loaded) return
    const least = whole(element, loaded).scale
    const { scale, x, y } = view.current
    const next = Math.min(Math.max(scale * factor, least), 60 / loaded.points.pitch)
    const centre = at ?? { x: element.clientWidth / 2, y: element.clientHeight / 2 }
    view.current = { scale: next, x: centre.x - ((centre.x - x) / scale) * next, y: centre.y - ((centre.y - y) / scale) * next }
    draw()
  }
  const seatText = (index: number): string => describe(props, loaded, chosen, index)
  const toggle = (index: number) => {
    if (!loaded) return
    const next = new Set(chosen)
    if (next.has(index)) next.delete(index)
    else if (loaded.letters[index] !== 'f') return setSaid(seatText(index))
    else if (next.size >= maximum) return setSaid(texts.full)
    else next.add(index)
    setChosen(next)
    setSaid(describe(props, loaded, next, index))
  }
  const pointers = usePointers(view, canvas, draw, zoom, (x, y) => {
    if (!loaded) return
    const { scale, x: left, y: top } = view.current
    // Seats smaller than a fingertip: a tap looks closer, it never takes a seat nobody can have meant.
    if (loaded.points.pitch * scale < tapFrom) return zoom(closer / (loaded.points.pitch * scale), { x, y })
    const index = nearestSeat(loaded.points, (x - left) / scale, (y - top) / scale, Math.max(loaded.points.pitch * 0.8, 22 / scale))
    if (index >= 0) toggle(index)
  })
  const onKeyDown = (event: KeyboardEvent) => {
    if (!loaded) return
    const step = arrows[event.key]
    if (step) {
      const from = cursor >= 0 ? cursor : loaded.letters.indexOf('f')
      const next = cursor >= 0 ? seatBeside(loaded.points, from, step[0], step[1]) : Math.max(0, from)
      setCursor(next)
      setSaid(seatText(next))
      bringIntoView(canvas.current, view.current, loaded.points, next)
    } else if ((event.key === 'Enter' || event.key === ' ') && cursor >= 0) toggle(cursor)
    else if (event.key === '+') zoom(1.4)
    else if (event.key === '-') zoom(1 / 1.4)
    else return
    event.preventDefault()
  }

  return (
    <div className="grid gap-3">
      <div className="flex justify-end gap-1.5">
        <ZoomButton label={texts.zoomIn} onClick={() => zoom(1.5)} path="M5 12h14M12 5v14" />
        <ZoomButton label={texts.zoomOut} onClick={() => zoom(1 / 1.5)} path="M5 12h14" />
        <ZoomButton
          label={texts.whole}
          onClick={() => {
            if (canvas.current && loaded) view.current = whole(canvas.current, loaded)
            draw()
          }}
          path="M5 9V5h4m6 0h4v4m0 6v4h-4m-6 0H5v-4"
        />
      </div>
      <div className="relative overflow-hidden rounded-card border border-line bg-raised">
        <div
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the map is one tab stop and answers arrows
          tabIndex={0}
          aria-label={texts.label}
          aria-describedby="seat-help"
          onKeyDown={onKeyDown}
          onBlur={() => setCursor(-1)}
        >
          <canvas
            ref={canvas}
            width={widthOf}
            height={Math.round(widthOf * Math.min(1.2, Math.max(0.6, props.ratio)))}
            className="block w-full touch-pan-y"
            {...pointers}
          />
        </div>
        {!loaded && <p className="quiet absolute inset-x-0 top-1/2 text-center">{failed ? texts.failed : texts.loading}</p>}
      </div>
      <p id="seat-help" className="quiet text-sm">
        {texts.help}
      </p>
      <p className="sr-only" aria-live="polite">
        {said}
      </p>
      <Chosen props={props} loaded={loaded} chosen={chosen} onRemove={toggle} />
    </div>
  )
}

/** A stage nobody gave another name is called so in the page's language. */
const stageName = (given: string, stage: string): string => (given === '' || given === 'Stage' ? stage : given)

const arrows: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

async function load({ mapUrl, seatsUrl, locale }: SeatMapProps, signal: AbortSignal): Promise<Loaded> {
  const read = async <T,>(url: string): Promise<T> => {
    const response = await fetch(url, { signal, headers: { 'accept-language': locale } })
    if (!response.ok) throw new Error(String(response.status))
    return ((await response.json()) as { data: T }).data
  }
  const [map, seats] = await Promise.all([read<SeatMapView>(mapUrl), read<{ status: string }>(seatsUrl)])
  return { points: seatPoints(map.layout), letters: seats.status, layout: map.layout }
}

/** The plan as large as it fits, in the middle. */
function whole(canvas: HTMLCanvasElement, { layout }: Loaded): View {
  const scale = Math.min(canvas.clientWidth / layout.width, canvas.clientHeight / layout.height) * 0.96
  return { scale, x: (canvas.clientWidth - layout.width * scale) / 2, y: (canvas.clientHeight - layout.height * scale) / 2 }
}

function bringIntoView(canvas: HTMLCanvasElement | null, view: View, points: SeatPoints, index: number): void {
  if (!canvas) return
  const x = (points.x[index] ?? 0) * view.scale + view.x
  const y = (points.y[index] ?? 0) * view.scale + view.y
  const margin = 40
  if (x < margin) view.x += margin - x
  if (y < margin) view.y += margin - y
  if (x > canvas.clientWidth - margin) view.x -= x - canvas.clientWidth + margin
  if (y > canvas.clientHeight - margin) view.y -= y - canvas.clientHeight + margin
}

/** "Parterre, row C, seat 12, SAR 150, free". */
function describe(
  { texts, sections, categories }: SeatMapProps,
  loaded: Loaded | null,
  chosen: ReadonlySet<number>,
  index: number,
): string {
  const [section = '', row = '', number = ''] = loaded?.points.ids[index]?.split('-') ?? []
  const category = categories[loaded?.points.category[index] ?? 0]
  const states: Record<string, string> = { f: texts.free, h: texts.held, s: texts.sold, b: texts.blocked }
  const state = chosen.has(index) ? texts.chosen : (states[loaded?.letters[index] ?? 's'] ?? texts.sold)
  return texts.seat
    .replace('{section}', sections[section] ?? section)
    .replace('{row}', row)
    .replace('{seat}', number)
    .replace('{price}', category?.price ?? '')
    .replace('{state}', state)
}

function ZoomButton({ label, onClick, path }: { label: string; onClick: () => void; path: string }) {
  return (
    <button type="button" className="icon-button border border-line bg-raised" aria-label={label} onClick={onClick}>
      <svg
        width="20"
        height="20"
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        aria-hidden="true"
      >
        <path d={path} />
      </svg>
    </button>
  )
}

interface ChosenProps {
  props: SeatMapProps
  loaded: Loaded | null
  chosen: ReadonlySet<number>
  onRemove: (index: number) => void
}

/** What was chosen, each with its price, and the one button. */
function Chosen({ props, loaded, chosen, onRemove }: ChosenProps) {
  const { texts, action, date, categories, sections } = props
  if (chosen.size === 0 || !loaded) return <p className="quiet">{texts.none}</p>
  return (
    <form method="post" action={action} className="card grid gap-3 p-4">
      <input type="hidden" name="date" value={date} />
      <ul className="flex flex-wrap gap-2">
        {[...chosen].map((index) => {
          const id = loaded.points.ids[index] ?? ''
          const [section = '', row = '', seat = ''] = id.split('-')
          const category = categories[loaded.points.category[index] ?? 0]
          return (
            <li key={id}>
              <input type="hidden" name="seat" value={id} />
              <button type="button" className="chip min-h-11!" onClick={() => onRemove(index)}>
                <span className="sr-only">{texts.remove}: </span>
                <bdi>{sections[section] ?? section}</bdi> <bdi dir="ltr">{`${row} ${seat}`}</bdi>
                <bdi className="quiet">{category?.price}</bdi>
                <span aria-hidden="true">×</span>
              </button>
            </li>
          )
        })}
      </ul>
      <button type="submit" className="button" data-primary="" data-large="">
        {texts.take}
      </button>
    </form>
  )
}
