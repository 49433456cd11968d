import { exportInvoices } from '@cityos/control-plane/contract'
import { ExportCsv } from '../../screen/export-csv.tsx'

/** What the list is narrowed to, as a file for the accountant. */
export function ExportInvoices() {
  return <ExportCsv file="invoices.csv" read={(client, query) => client(exportInvoices, { query })} />
}
