import type { Locale } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import type { TicketRow } from './ticket-views.ts'

@Injectable()
export class TicketPdf {
  async draw(_row: TicketRow, _qr: string, _locale: Locale): Promise<Buffer> {
    throw new Error('not drawn')
  }
}
