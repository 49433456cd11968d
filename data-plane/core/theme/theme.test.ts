import { ApiError, tokensOfBrand } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, startTestPlane, type TestPlane } from '../../testing/plane.ts'
import { archiveTheme, getTheme, previewTheme, publishTheme, themes } from './contract.ts'

let plane: TestPlane
const as = { actor: admin }
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane?.stop())

const draft = (name: string, brand: string) => plane.call(themes.create, { body: { name, tokens: tokensOfBrand(brand) } }, as)
const shown = (preview?: string) => plane.client()(getTheme, preview ? { query: { preview } } : {})
async function refused(call: Promise<unknown>) {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return error instanceof ApiError ? error.errors[0] : (error as { code?: string; details?: unknown } | null)
}

describe('a look', () => {
  it('starts as the shop’s neutrals around its brand colour', async () => {
    const { theme_id, tokens, brand } = await shown()
    expect([theme_id, tokens.colours.light.brand]).toEqual([null, brand])
    const made = await plane.call(themes.create, { body: { name: 'First' } }, as)
    expect(made).toMatchObject({ status: 'draft', faint: [], tokens: tokensOfBrand(brand) })
    expect(made.actions).toContain('publish')
  })

  it('that cannot be read is not published: every faint pair is named', async () => {
    const tokens = tokensOfBrand('#0f766e')
    tokens.colours.light = { ...tokens.colours.light, ink: '#777777', page: '#ffffff' }
    const made = await plane.call(themes.create, { body: { name: 'Faint', tokens } }, as)
    expect(made.faint.map((pair) => `${pair.mode} ${pair.text} on ${pair.ground}`)).toContain('light ink on page')
    const error = await refused(plane.call(publishTheme, { params: { id: made.id } }, as))
    expect(error).toMatchObject({
      code: 'contrast_too_low',
      details: { pairs: expect.arrayContaining([expect.objectContaining({ text: 'ink', ground: 'page', ratio: 4.48 })]) },
    })
  })

  it('is shown once published, never changed after, and the former one can be gone back to', async () => {
    const [first, second] = [await draft('One', '#0b5d57'), await draft('Two', '#7c2d12')]
    await plane.call(publishTheme, { params: { id: first.id } }, as)
    expect(await shown()).toMatchObject({ theme_id: first.id, brand: '#0b5d57' })
    await plane.call(publishTheme, { params: { id: second.id } }, as)
    expect(await shown()).toMatchObject({ theme_id: second.id, brand: '#7c2d12' })
    const archived = await plane.call(themes.get, { params: { id: first.id } }, as)
    expect(archived).toMatchObject({ status: 'archived', actions: ['publish'] })
    expect(await refused(plane.call(themes.update, { params: { id: second.id }, body: { name: 'Other' } }, as))).toMatchObject({
      code: 'invalid_transition',
    })
    expect(await refused(plane.call(themes.remove, { params: { id: first.id } }, as))).toMatchObject({ code: 'invalid_transition' })
    await plane.call(publishTheme, { params: { id: first.id } }, as)
    expect(await shown()).toMatchObject({ theme_id: first.id })
    await plane.call(archiveTheme, { params: { id: first.id } }, as)
    expect((await shown()).theme_id).toBe(null)
  })

  it('is previewed by whoever has the address, nobody else', async () => {
    const made = await draft('Preview', '#4c1d95')
    const { preview_path, status } = await plane.call(previewTheme, { params: { id: made.id } }, as)
    expect(status).toBe('preview')
    const secret = preview_path.split('=')[1]!
    expect((await shown(secret)).theme_id).toBe(made.id)
    expect((await shown('another')).theme_id).toBe(null)
    expect((await shown()).theme_id).toBe(null)
  })

  it('is not sent again to whoever has it', async () => {
    const headers = { host: 'test.localhost' }
    const inject = (extra: object) =>
      plane.app
        .getHttpAdapter()
        .getInstance()
        .inject({ method: 'GET', url: '/v1/store/theme', headers: { ...headers, ...extra } })
    const first = await inject({})
    expect(first.statusCode).toBe(200)
    const again = await inject({ 'if-none-match': String(first.headers['etag']) })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })

  it('published twice at the same time leaves one', { retry: 0 }, async () => {
    const made = await Promise.all(['#0b5d57', '#7c2d12', '#4c1d95', '#14532d'].map((brand, index) => draft(`Race ${index}`, brand)))
    await Promise.allSettled(made.map((theme) => plane.call(publishTheme, { params: { id: theme.id } }, as)))
    const { items, total } = await plane.call(themes.list, { query: { status: 'published' } }, as)
    expect(total).toBe(1)
    expect((await shown()).theme_id).toBe(items[0]!.id)
  })
})
