import type { Position } from '../../../storefront/components/position-field.tsx'
import type { Visit } from '../../../storefront/visit.ts'
import type { RestaurantCard } from '../contract.ts'
import { texts } from './texts.ts'

const width = 640
const height = 400
const margin = 40
/** Metres of one degree of latitude. */
const perDegree = 111_320
/** Lengths a scale may have, metres. */
const scales = [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000]

/**
 * Where the restaurants of a list stand to each other: true distances and directions with a scale, and nothing that is not known —
 * no streets. Drawn here, so that no map service learns who looks.
 */
export function PlacesPicture({
  visit,
  restaurants,
  here,
}: {
  visit: Visit
  restaurants: readonly RestaurantCard[]
  here: Position | null
}) {
  const t = texts(visit.locale)
  const places = [...restaurants.map((entry) => entry.location), ...(here ? [here] : [])]
  const middle = (values: readonly number[]) => (Math.min(...values) + Math.max(...values)) / 2
  const centre = { lat: middle(places.map((place) => place.lat)), lng: middle(places.map((place) => place.lng)) }
  const narrowing = Math.cos((centre.lat * Math.PI) / 180)
  const metres = (place: Position) => ({
    x: (place.lng - centre.lng) * perDegree * narrowing,
    y: (centre.lat - place.lat) * perDegree,
  })
  const spread = places.map(metres)
  const reachX = Math.max(200, ...spread.map((point) => Math.abs(point.x)))
  const reachY = Math.max(200, ...spread.map((point) => Math.abs(point.y)))
  const perMetre = Math.min((width / 2 - margin) / reachX, (height / 2 - margin) / reachY)
  const at = (place: Position) => {
    const { x, y } = metres(place)
    return { x: Math.round(width / 2 + x * perMetre), y: Math.round(height / 2 + y * perMetre) }
  }
  const scale = scales.findLast((length) => length * perMetre <= 160) ?? 100
  return (
    <section className="mt-12" aria-labelledby="where">
      <h2 id="where" className="mb-3 text-xl">
        {t('places.title')}
      </h2>
      <div className="card overflow-hidden lg:grid lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
        <svg viewBox={`0 0 ${width} ${height}`} className="block w-full bg-panel" role="img" aria-label={t('places.label')} direction="ltr">
          {restaurants.map((entry, index) => {
            const point = at(entry.location)
            return (
              <g key={entry.id}>
                <circle cx={point.x} cy={point.y} r="15" fill="var(--brand)" stroke="var(--page)" strokeWidth="2" />
                <text x={point.x} y={point.y + 5} textAnchor="middle" fontSize="15" fontWeight="600" fill="var(--on-brand)">
                  {index + 1}
                </text>
              </g>
            )
          })}
          {here && <circle cx={at(here).x} cy={at(here).y} r="7" fill="var(--ink)" stroke="var(--page)" strokeWidth="3" />}
          <path d={`M20 ${height - 22}v6h${Math.round(scale * perMetre)}v-6`} fill="none" stroke="var(--ink)" strokeWidth="2" />
          <text x="20" y={height - 30} fontSize="14" fill="var(--ink)">
            {scale < 1000 ? `${scale} m` : `${scale / 1000} km`}
          </text>
          <path d={`M${width - 28} 44V18m-7 8 7-8 7 8`} fill="none" stroke="var(--ink)" strokeWidth="2" />
          <text x={width - 28} y="62" textAnchor="middle" fontSize="14" fill="var(--ink)">
            N
          </text>
        </svg>
        <ol className="grid content-start gap-x-6 p-4 sm:grid-cols-2 lg:grid-cols-1">
          {restaurants.map((entry, index) => (
            <li key={entry.id}>
              <a className="flex min-h-11 items-center gap-2 hover:underline" href={visit.href(`/restaurant/${entry.handle}`)}>
                <span className="quiet tabular-nums">{visit.formats.number(index + 1)}</span>
                <bdi>{entry.name}</bdi>
              </a>
            </li>
          ))}
        </ol>
      </div>
    </section>
  )
}
