import { expect, it } from 'vitest'
import { parseDuration, sayDuration } from './duration.ts'

it('reads durations as people write them', () => {
  expect(['45', '45s', '10m', '1h30m', '2d', ' 5s '].map(parseDuration)).toEqual([45, 45, 600, 5400, 172_800, 5])
})

it.each(['', 'soon', '10 minutes', '-5s', '5s later', '1.5h'])('refuses “%s”', (text) => {
  expect(() => parseDuration(text)).toThrow('is not a duration')
})

it('says them with at most two units', () => {
  expect([0.25, 5, 59, 60, 600, 5400, 90_061].map(sayDuration)).toEqual([
    '0.3 s',
    '5 s',
    '59 s',
    '1 min',
    '10 min',
    '1 h 30 min',
    '1 d 1 h',
  ])
})
