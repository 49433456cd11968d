import { Readable } from 'node:stream'
import type { RawAnswer } from '@cityos/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Clock, hours, later } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'
import { admin, startTestPlane, type TestPlane } from '../../testing/plane.ts'
import { adminUpdateSettings } from '../store/settings.contract.ts'
import { adminCreateUploadSession, downloadFile, type FileMime, uploadFile } from './contract.ts'
import { sanitiseSvg } from './svg.ts'
import { UnusedUploads } from './unused-uploads.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(async () => {
  await plane?.stop()
})

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGP8z8DwnwEKGGEMAB3/A/tRs2kAAAAASUVORK5CYII=', 'base64')

async function upload(bytes: Buffer, mime: FileMime, visibility: 'public' | 'private' = 'public') {
  const session = await plane.call(
    adminCreateUploadSession,
    { body: { mime, bytes: bytes.length, visibility, name: '../../etc/passwd' } },
    { actor: admin },
  )
  return plane.call(uploadFile, { params: { token: session.token } }, { stream: Readable.from([bytes]) })
}

describe('what nobody uses', () => {
  it('an upload that was attached to nothing within a day is deleted with its bytes; what is in use stays', async () => {
    const clock = plane.app.get(Clock)
    const database = plane.app.get(Database)
    const svg = (color: string) =>
      Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect fill="${color}" width="4" height="4"/></svg>`)
    const [unused, twin, used, logo] = [
      await upload(svg('red'), 'image/svg+xml'),
      await upload(svg('blue'), 'image/svg+xml'),
      await upload(svg('blue'), 'image/svg+xml'),
      await upload(svg('green'), 'image/svg+xml'),
    ]
    const answers = async (file: { url: string }) =>
      plane.call(downloadFile, { params: { key: file.url.split('/').at(-1)! } }).then(
        (answer) => (answer as RawAnswer).status,
        (error: { status: number }) => error.status,
      )
    await database.read
      .insertInto('category')
      .values({
        id: 'cat_file_test',
        handle: 'file-test',
        name: '{"en":"Test"}',
        path: 'file_test',
        depth: 1,
        position: 0,
        picture_file_id: used.id,
      } as never)
      .execute()
    await plane.call(adminUpdateSettings, { body: { 'brand.logo_file_id': logo.id } as never }, { actor: admin })
    const before = await database.read.selectFrom('file_usage').select('used_bytes').executeTakeFirstOrThrow()
    const unusedUploads = plane.app.get(UnusedUploads, { strict: false })
    await unusedUploads.collect(later(clock.now(), hours(23)))
    expect(await answers(unused)).toBe(200)
    await unusedUploads.collect(later(clock.now(), hours(25)))
    expect([await answers(unused), await answers(twin), await answers(used), await answers(logo)]).toEqual([404, 200, 200, 200])
    const ids = (await database.read.selectFrom('file').select('id').execute()).map((row) => row.id)
    expect([unused, twin, used, logo].map((file) => ids.includes(file.id))).toEqual([false, false, true, true])
    const after = await database.read.selectFrom('file_usage').select('used_bytes').executeTakeFirstOrThrow()
    expect(after.used_bytes).toBeLessThan(before.used_bytes)
    const again = await upload(svg('red'), 'image/svg+xml')
    expect([again.url === unused.url, await answers(again)]).toEqual([true, 200])
  })
})

describe('uploads (docs/spec/commerce.md, file)', () => {
  it('the server makes the key, whatever the name', async () => {
    const file = await upload(png, 'image/png')
    expect(file.url).toMatch(/^\/v1\/files\/[0-9a-f]{32}\.png$/)
    expect(file).toMatchObject({ width: 2, height: 1, mime: 'image/png', status: 'ready' })
  })

  it('a page named as a picture is refused', async () => {
    await expect(upload(Buffer.from('<html><script>alert(1)</script></html>'), 'image/png')).rejects.toMatchObject({
      code: 'asset_rejected',
      status: 422,
    })
  })

  it('more than announced, or more than twenty megabytes, is too large', async () => {
    const session = await plane.call(adminCreateUploadSession, { body: { mime: 'image/png', bytes: 10 } }, { actor: admin })
    const sent = plane.call(uploadFile, { params: { token: session.token } }, { stream: Readable.from([png]) })
    await expect(sent).rejects.toMatchObject({ code: 'file_too_large', status: 413 })
    const asked = plane.call(adminCreateUploadSession, { body: { mime: 'image/png', bytes: 30 * 1024 * 1024 } }, { actor: admin })
    await expect(asked).rejects.toMatchObject({ code: 'file_too_large' })
  })

  it('nobody uploads without a session, and a session works once', async () => {
    await expect(plane.call(adminCreateUploadSession, { body: { mime: 'image/png', bytes: 10 } })).rejects.toMatchObject({ status: 401 })
    await expect(plane.call(uploadFile, { params: { token: 'guess' } }, { stream: Readable.from([png]) })).rejects.toMatchObject({
      status: 404,
    })
    const session = await plane.call(adminCreateUploadSession, { body: { mime: 'image/png', bytes: png.length } }, { actor: admin })
    await plane.call(uploadFile, { params: { token: session.token } }, { stream: Readable.from([png]) })
    const again = plane.call(uploadFile, { params: { token: session.token } }, { stream: Readable.from([png]) })
    await expect(again).rejects.toMatchObject({ code: 'token_expired', status: 410 })
  })

  it('a private file opens with its signature only, for ten minutes', async () => {
    const file = await upload(png, 'image/png', 'private')
    const address = new URL(file.url, 'http://x')
    const key = address.pathname.split('/').at(-1)!
    const query = { expires: Number(address.searchParams.get('expires')), signature: address.searchParams.get('signature')! }
    expect(await plane.call(downloadFile, { params: { key }, query })).toMatchObject({ status: 200 })
    await expect(plane.call(downloadFile, { params: { key } })).rejects.toMatchObject({ status: 404 })
    await expect(plane.call(downloadFile, { params: { key }, query: { ...query, expires: query.expires + 1 } })).rejects.toMatchObject({
      status: 404,
    })
    const clock = plane.app.get(Clock)
    clock.travelTo(new Date(clock.now().getTime() + 11 * 60_000))
    await expect(plane.call(downloadFile, { params: { key }, query })).rejects.toMatchObject({ code: 'token_expired', status: 410 })
    clock.travelTo(null)
  })

  it.each(['../../etc/passwd', '..%2f..%2fetc', 'a'.repeat(32), `${'a'.repeat(32)}.exe`])('%s is no key', async (key) => {
    await expect(plane.call(downloadFile, { params: { key } })).rejects.toMatchObject({ status: 404 })
  })
})

describe('SVG', () => {
  it('loses scripts, handlers, styles and foreign references, and keeps the picture', () => {
    const clean = sanitiseSvg(
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2" onload="alert(1)"><script>alert(2)</script><style>*{background:url(http://x)}</style>` +
        `<a href="javascript:alert(3)"><rect width="1" height="1"/></a><foreignObject><iframe src="http://x"/></foreignObject>` +
        `<image href="http://x/y.png"/><use href="http://x#y"/><use href="#ok"/><circle id="ok" r="1" fill="url(#g)" stroke="url(http://x#g)"/></svg>`,
    )
    expect(clean).toBe(
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><use></use><use href="#ok"></use><circle id="ok" r="1" fill="url(#g)"></circle></svg>`,
    )
  })

  it('with a document type, broken, or something else, it is refused', () => {
    for (const source of ['<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>', '<svg><g></svg>', '<html></html>']) {
      expect(() => sanitiseSvg(source)).toThrow('asset_rejected')
    }
  })
})
