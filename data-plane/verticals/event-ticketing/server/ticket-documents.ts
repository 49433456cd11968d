import { DomainError, type Locale } from '@cityos/contract'
import { RawAnswer } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { qrSvg } from './qr.ts'
import { TicketPdf } from './ticket-pdf.ts'
import { TicketViews } from './ticket-views.ts'

/** Pictures and papers of a ticket. */
@Injectable()
export class TicketDocuments {
  constructor(
    private readonly views: TicketViews,
    private readonly papers: TicketPdf,
  ) {}

  /** @throws DomainError not_found also for a ticket that does not admit (any more) */
  async qr(id: string, access: string): Promise<RawAnswer> {
    const row = await this.views.byAccess(id, access)
    const text = this.views.qrText(row)
    if (text === null) throw new DomainError('not_found')
    return new RawAnswer(200, { 'content-type': 'image/svg+xml', 'cache-control': 'private, max-age=300' }, qrSvg(text))
  }

  async pdf(id: string, access: string, locale: Locale): Promise<RawAnswer> {
    const row = await this.views.byAccess(id, access)
    const text = this.views.qrText(row)
    if (text === null) throw new DomainError('not_found')
    const bytes = await this.papers.draw(row, text, locale)
    const headers = {
      'content-type': 'application/pdf',
      'content-disposition': `inline; filename="ticket-${row.code}.pdf"`,
      'cache-control': 'private, no-store',
    }
    return new RawAnswer(200, headers, bytes)
  }
}
