import { exportTenants } from '@cityos/control-plane/contract'
import { ExportCsv } from '../../screen/export-csv.tsx'

/** The tenants the list is narrowed to, all of them, as a file for a spreadsheet; the server records who took it. */
export function ExportTenants() {
  return <ExportCsv file="tenants.csv" read={(client, query) => client(exportTenants, { query })} />
}
