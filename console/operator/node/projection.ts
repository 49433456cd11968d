/** Longitude and latitude, as GeoJSON has them. */
export type Position = readonly [number, number]

/** Where a point lies in a drawing of `width` × `height` pixels. */
export type Projection = (position: Position) => readonly [number, number]

const radians = (degrees: number) => (degrees * Math.PI) / 180

/**
 * Fits positions of one city into a rectangle: equirectangular about their middle, which over a city is off by less than a
 * pixel. The same scale both ways, so that shapes keep their form.
 */
export function fit(positions: readonly Position[], width: number, height: number, margin: number): Projection {
  const longitudes = positions.map(([longitude]) => longitude)
  const latitudes = positions.map(([, latitude]) => latitude)
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)]
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)]
  const middle = [(west + east) / 2, (south + north) / 2] as const
  const narrowing = Math.cos(radians(middle[1]))
  const wide = Math.max((east - west) * narrowing, 1e-9)
  const high = Math.max(north - south, 1e-9)
  const scale = Math.min((width - 2 * margin) / wide, (height - 2 * margin) / high)
  return ([longitude, latitude]) => [width / 2 + (longitude - middle[0]) * narrowing * scale, height / 2 - (latitude - middle[1]) * scale]
}
