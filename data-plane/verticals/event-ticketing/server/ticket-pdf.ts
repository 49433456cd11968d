import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatLocale, formatMoney, type I18nText, type Locale, pickText } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import type PDFDocument from 'pdfkit'
import { BINDING, type Binding } from '../../../platform/binding/binding.ts'
import { t } from '../../../platform/i18n/i18n.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import '../i18n/messages.ts'
import { qrMatrix } from './qr.ts'
import { labelOf } from './stock.ts'
import { linesOf, visualRuns } from './text-runs.ts'
import type { TicketRow } from './ticket-views.ts'
import { TicketViews } from './ticket-views.ts'

const page = { width: 420, height: 595, margin: 36 }
const ink = '#1c1917'
const faint = '#57534e'

type Doc = InstanceType<typeof PDFDocument>
type Weight = 400 | 700
type Fonts = Record<string, Buffer>

/** A ticket on an A5 sheet, in the holder's language; Arabic from right to left. */
@Injectable()
export class TicketPdf {
  #fonts: Promise<Fonts> | undefined

  constructor(
    private readonly views: TicketViews,
    private readonly tenant: TenantContext,
    @Inject(BINDING) private readonly binding: Pick<Binding, 'release_dir'>,
  ) {}

  async draw(row: TicketRow, qr: string, locale: Locale): Promise<Buffer> {
    const fonts = await this.fonts()
    // loaded when the first ticket is drawn: most planes never do
    const { default: Document } = await import('pdfkit')
    const doc = new Document({
      size: [page.width, page.height],
      margin: 0,
      // null: none of the built-in fonts, whose measures are files of their own
      font: null as unknown as string,
      info: { Title: `${pickText(row.title, locale)} ${row.code}`, Creator: 'CityOS', CreationDate: row.starts_at },
      lang: locale,
    })
    for (const [name, bytes] of Object.entries(fonts)) doc.registerFont(name, bytes)
    const chunks: Buffer[] = []
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    const done = new Promise<Buffer>((resolve, reject) => {
      doc.on('end', () => resolve(Buffer.concat(chunks)))
      doc.on('error', reject)
    })
    this.write(new Sheet(doc, locale === 'ar' ? 'rtl' : 'ltr'), row, qr, locale)
    doc.end()
    return done
  }

  private write(sheet: Sheet, row: TicketRow, qr: string, locale: Locale): void {
    const text = (value: I18nText) => pickText(value, locale, this.tenant.document.default_locale)
    const brand = this.tenant.document.theme.brand
    sheet.doc.rect(0, 0, page.width, 8).fill(brand)
    sheet.paragraph(text(row.vendor.name), { size: 10, weight: 400, colour: faint, y: 30 })
    const below = sheet.paragraph(text(row.title), { size: 20, weight: 700, colour: ink, y: 46 })
    const side = 168
    const top = below + 14
    drawQr(sheet.doc, qr, (page.width - side) / 2, top, side)
    sheet.centred(row.code, { size: 14, weight: 700, colour: ink, y: top + side + 8 })
    let y = top + side + 36
    for (const [label, value] of this.facts(row, locale, text)) {
      sheet.line(label, { size: 8, weight: 400, colour: faint, y })
      y = sheet.paragraph(value, { size: 11, weight: 700, colour: ink, y: y + 11 }) + 5
    }
    sheet.paragraph(t(locale, 'event.ticket.pdf.note'), { size: 8, weight: 400, colour: faint, y: page.height - 50 })
  }

  private facts(row: TicketRow, locale: Locale, text: (value: I18nText) => string): [string, string][] {
    const when = new Intl.DateTimeFormat(formatLocale[locale], { dateStyle: 'full', timeStyle: 'short', timeZone: row.timezone })
    const time = new Intl.DateTimeFormat(formatLocale[locale], { timeStyle: 'short', timeZone: row.timezone })
    const name = this.views.attendeeName(row.attendee)
    const label = (key: string) => t(locale, `event.ticket.pdf.${key}`)
    const facts: [string, string][] = [[label('when'), when.format(row.starts_at)]]
    if (row.doors_at) facts.push([label('doors'), time.format(row.doors_at)])
    if (row.venue)
      facts.push([
        label('where'),
        [text(row.venue.name), text(row.venue.address), row.venue.city].filter(Boolean).join(locale === 'ar' ? '، ' : ', '),
      ])
    facts.push([label('type'), text(row.type_name)])
    if (row.seat_id) {
      const [section, seatRow, number] = labelOf(row.seat_id).split('-')
      facts.push([label('seat'), t(locale, 'event.ticket.pdf.seat_place', { section, row: seatRow, number })])
    }
    if (name) facts.push([label('name'), name])
    facts.push([label('price'), formatMoney({ amount: row.price_amount, currency: row.currency_code }, locale)])
    facts.push([label('order'), row.order_number])
    return facts
  }

  private fonts(): Promise<Fonts> {
    this.#fonts ??= this.readFonts().catch((error: unknown) => {
      this.#fonts = undefined
      throw error
    })
    return this.#fonts
  }

  private async readFonts(): Promise<Fonts> {
    const names = ['arabic-400', 'arabic-700', 'latin-400', 'latin-700']
    const files = await Promise.all(
      names.map((name) => readFile(join(this.binding.release_dir, 'fonts', `ibm-plex-sans-arabic-${name}-normal.woff`))),
    )
    return Object.fromEntries(names.map((name, index) => [name, files[index]!]))
  }
}

interface Style {
  size: number
  weight: Weight
  colour: string
  /** Top of the first line, in points. */
  y: number
}

/** Sets lines of either direction: stretches in their order on paper, each in the font that has its letters. */
class Sheet {
  constructor(
    readonly doc: Doc,
    private readonly direction: 'ltr' | 'rtl',
  ) {}

  /** @returns where the next line may begin */
  paragraph(text: string, style: Style): number {
    const most = page.width - 2 * page.margin
    let y = style.y
    for (const line of linesOf(text, (part) => this.width(part, style), most)) {
      this.line(line, { ...style, y })
      y += style.size * 1.45
    }
    return y
  }

  line(text: string, style: Style): void {
    const width = this.width(text, style)
    this.set(text, this.direction === 'rtl' ? page.width - page.margin - width : page.margin, style)
  }

  centred(text: string, style: Style): void {
    this.set(text, (page.width - this.width(text, style)) / 2, style)
  }

  private set(text: string, from: number, style: Style): void {
    let x = from
    this.doc.fillColor(style.colour)
    for (const run of visualRuns(text, this.direction)) {
      this.doc.font(`${run.font}-${style.weight}`).fontSize(style.size)
      // features: the whole stretch is shaped at once, else words of Arabic would stand in the wrong order
      this.doc.text(run.text, x, style.y, { lineBreak: false, features: ['kern'] })
      x += this.doc.widthOfString(run.text, { features: ['kern'] })
    }
  }

  private width(text: string, style: Pick<Style, 'size' | 'weight'>): number {
    let width = 0
    for (const run of visualRuns(text, this.direction)) {
      this.doc.font(`${run.font}-${style.weight}`).fontSize(style.size)
      width += this.doc.widthOfString(run.text, { features: ['kern'] })
    }
    return width
  }
}

function drawQr(doc: Doc, text: string, x: number, y: number, side: number): void {
  const matrix = qrMatrix(text)
  const cell = side / matrix.length
  for (const [row, cells] of matrix.entries()) {
    for (const [column, dark] of cells.entries()) if (dark) doc.rect(x + column * cell, y + row * cell, cell + 0.02, cell + 0.02)
  }
  doc.fill('#000000')
}
