import { pauseRollout, resumeRollout, rollBackRollout, startRollout } from '@cityos/control-plane/contract'
import { expect, it } from 'vitest'
import { answersOf, asksFirst, questionsOf } from './question.tsx'

it('a pause asks for its reason, which may be left out; going on does not ask, going back needs one', () => {
  const pause = questionsOf(pauseRollout, false)
  expect(pause).toMatchObject([{ name: 'reason', required: false }])
  expect(asksFirst('pause', pause, false)).toBe(true)
  expect(answersOf(pause, { reason: ' a fair ' })).toEqual({ reason: 'a fair' })
  expect(answersOf(pause, {})).toEqual({})
  for (const [verb, endpoint] of [
    ['resume', resumeRollout],
    ['start', startRollout],
  ] as const)
    expect(asksFirst(verb, questionsOf(endpoint, false), false)).toBe(false)
  expect(questionsOf(rollBackRollout, true).find((question) => question.name === 'reason')).toMatchObject({ required: true })
})
