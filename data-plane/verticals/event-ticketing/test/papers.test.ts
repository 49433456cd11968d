import { writeFileSync } from 'node:fs'
import decodeQR from 'qr/decode.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPlane, type TestPlane } from '../../../testing/plane.ts'
import { listOrderTickets, ticketPdf, ticketQr } from '../contract.ts'
import { qrMatrix } from '../server/qr.ts'
import { linesOf, visualRuns } from '../server/text-runs.ts'
import { buyTickets, eventOnSale, verticals } from './fixture.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane({}, verticals)
})
afterAll(() => plane?.stop())

describe('papers of a ticket', () => {
  it('the QR code is a picture that reads as the ticket’s text; the PDF is drawn in all languages', async () => {
    const { types } = await eventOnSale(plane, {
      types: { normal: { amount: 10_000 } },
      quotas: { total: { size: 10, types: ['normal'] } },
      event: { title: { en: 'Winter Boulevard Concert', fr: 'Concert d’hiver', ar: 'حفل شتاء البوليفارد (2026)' } },
    })
    const line = { ticket_type_id: types['normal']!, attendees: [{ name: 'نورة الحربي' }] }
    const { order, token } = await buyTickets(plane, [line])
    const [ticket] = await plane.client()(listOrderTickets, { params: { number: order.number }, query: { token } })
    const access = new URL(ticket!.qr_url!, 'http://test').searchParams.get('access')!
    const call = { params: { id: ticket!.id }, query: { access } }
    const svg = (await plane.call(ticketQr, call)) as { body: string; headers: Record<string, string> }
    expect(svg.headers['content-type']).toBe('image/svg+xml')
    expect(svg.body).toMatch(/^<svg /)
    expect(read(qrMatrix(ticket!.qr_text!))).toBe(ticket!.qr_text)
    for (const locale of ['en', 'fr', 'ar'] as const) {
      const pdf = (await plane.call(ticketPdf, { ...call, query: { access, locale } })) as { body: Buffer; headers: Record<string, string> }
      expect(pdf.headers['content-type']).toBe('application/pdf')
      expect(pdf.body.subarray(0, 5).toString()).toBe('%PDF-')
      expect(pdf.body.length).toBeGreaterThan(10_000)
      if (process.env['KEEP_PAPERS']) writeFileSync(`${process.env['KEEP_PAPERS']}/ticket-${locale}.pdf`, pdf.body)
    }
    await expect(plane.call(ticketQr, { params: { id: ticket!.id }, query: { access: 'guessed' } })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('stretches of two directions stand in the order in which they are read', () => {
    expect(visualRuns('Row 12', 'ltr')).toEqual([{ text: 'Row 12', font: 'latin' }])
    expect(visualRuns('حفل 2026 الشتاء', 'rtl').flatMap((run) => run.text.trim() || [])).toEqual(['الشتاء', '2026', 'حفل'])
    expect(visualRuns('قمة KAFD في الرياض', 'rtl').flatMap((run) => run.text.trim() || [])).toEqual(['في الرياض', 'KAFD', 'قمة'])
    expect(linesOf('one two three', (text) => text.length, 7)).toEqual(['one two', 'three'])
  })
})

/** Reads a matrix as a scanner does: from a picture. */
function read(matrix: boolean[][]): string {
  const scale = 4
  const border = 4
  const side = (matrix.length + 2 * border) * scale
  const data = new Uint8ClampedArray(side * side * 4).fill(255)
  for (const [row, cells] of matrix.entries())
    for (const [column, dark] of cells.entries()) {
      if (!dark) continue
      for (let y = 0; y < scale; y += 1)
        for (let x = 0; x < scale; x += 1) {
          const at = (((row + border) * scale + y) * side + (column + border) * scale + x) * 4
          data.fill(0, at, at + 3)
        }
    }
  return decodeQR({ width: side, height: side, data })
}
