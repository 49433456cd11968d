import { expect, it } from 'vitest'
import { fit, type Position } from './projection.ts'

const riyadh: Position[] = [
  [46.6, 24.6],
  [46.8, 24.6],
  [46.8, 24.9],
  [46.6, 24.9],
]

it('keeps everything inside the margin, north up and east right, with one scale both ways', () => {
  const project = fit(riyadh, 400, 300, 10)
  const drawn = riyadh.map(project)
  for (const [x, y] of drawn) {
    expect(x).toBeGreaterThanOrEqual(10)
    expect(x).toBeLessThanOrEqual(390)
    expect(y).toBeGreaterThanOrEqual(9.999)
    expect(y).toBeLessThanOrEqual(290.001)
  }
  const [southWest, southEast, northEast] = drawn as [[number, number], [number, number], [number, number]]
  expect(southEast[0]).toBeGreaterThan(southWest[0])
  expect(northEast[1]).toBeLessThan(southEast[1])
  const perDegreeEast = (southEast[0] - southWest[0]) / 0.2 / Math.cos((24.75 * Math.PI) / 180)
  expect(perDegreeEast).toBeCloseTo((southEast[1] - northEast[1]) / 0.3, 3)
})

it('puts a single point into the middle', () => {
  const [x, y] = fit([[46.7, 24.7]], 400, 300, 10)([46.7, 24.7])
  expect([Math.round(x), Math.round(y)]).toEqual([200, 150])
})
