import { type InvoiceDetail, readInvoice } from '@cityos/control-plane/contract'
import { Alert, Box, Button, Stack } from '@mui/material'
import { useState } from 'react'
import { Link, ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { formatDate, formatNumber, formatPercent, useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Ident, MoneyText, TranslatedText, When } from '../../fields/values.tsx'
import { EndpointDialog } from '../../screen/endpoint-dialog.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'
import { invoiceVerbs } from './invoice.screen.tsx'

/** One invoice or credit note: what it is for, what was paid, what comes next, and what finance may do now. */
export function InvoicePage() {
  const id = String(useGetRecordId())
  const { data, error, refetch } = useRead(readInvoice, { params: { id } })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  return <Shown invoice={data} />
}

function Shown({ invoice }: { invoice: InvoiceDetail }) {
  const t = useTranslate()
  return (
    <Box>
      <Title title={invoice.number ?? t(`choice.kind.${invoice.kind}`)} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <Verbs invoice={invoice} />
      </TopToolbar>
      <Stack spacing={2}>
        {invoice.is_overdue && <Alert severity="warning">{t('billing.overdue_text')}</Alert>}
        <Panel>
          <Parties invoice={invoice} />
        </Panel>
        <Lines invoice={invoice} />
        {invoice.kind === 'invoice' && <Payments invoice={invoice} />}
        {invoice.credit_notes.length > 0 && <CreditNotes invoice={invoice} />}
        {invoice.reminders.length > 0 && <Reminders invoice={invoice} />}
      </Stack>
    </Box>
  )
}

type Verb = keyof typeof invoiceVerbs
const dangerous: readonly Verb[] = ['void', 'uncollectible', 'refund', 'credit']

function Verbs({ invoice }: { invoice: InvoiceDetail }) {
  const t = useTranslate()
  const [open, setOpen] = useState<Verb | null>(null)
  return (
    <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
      {invoice.actions.map((verb) => (
        <Button
          key={verb}
          variant={verb === 'pay' ? 'contained' : 'outlined'}
          color={dangerous.includes(verb) ? 'error' : 'primary'}
          onClick={() => setOpen(verb)}
        >
          {t(`billing.${verb}`)}
        </Button>
      ))}
      {open && (
        <EndpointDialog
          title={t(`billing.${open}`)}
          endpoint={invoiceVerbs[open]}
          params={{ id: invoice.id }}
          currency={invoice.total.currency}
          consequence={t(`billing.${open}_text`)}
          submitLabel={t(`billing.${open}`)}
          danger={dangerous.includes(open)}
          onClose={() => setOpen(null)}
        />
      )}
    </Stack>
  )
}

function Parties({ invoice }: { invoice: InvoiceDetail }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { buyer } = invoice
  return (
    <Facts
      facts={[
        { label: 'field.status', value: <StatusChip status={invoice.is_overdue ? 'overdue' : invoice.status} /> },
        { label: 'field.tenant', value: <Link to={`/tenants/${invoice.tenant_id}/show`}>{invoice.tenant_slug}</Link> },
        { label: 'billing.buyer', value: <bdi>{[buyer.name, buyer.address, buyer.country].filter(Boolean).join(', ')}</bdi> },
        { label: 'billing.vat_number', value: <Ident value={buyer.vat_number} /> },
        { label: 'field.total', value: <MoneyText value={invoice.total} strong /> },
        { label: 'field.balance', value: <MoneyText value={invoice.balance} strong={invoice.is_overdue} /> },
        {
          label: 'billing.tax',
          value: (
            <>
              <MoneyText value={invoice.tax} /> ({formatPercent(invoice.tax_rate_bps, locale)}, {t(`billing.rule_${invoice.tax_rule}`)})
            </>
          ),
        },
        { label: 'billing.collection', value: t(`billing.collection_${invoice.collection}`) },
        { label: 'billing.issued_at', value: <When at={invoice.issued_at} /> },
        { label: 'field.due_at', value: <When at={invoice.due_at} /> },
        { label: 'billing.paid_at', value: <When at={invoice.paid_at} /> },
        ...(invoice.refers_to
          ? [
              {
                label: 'billing.corrects',
                value: <Link to={`/invoices/${invoice.refers_to.id}/show`}>{invoice.refers_to.number ?? invoice.refers_to.id}</Link>,
              },
            ]
          : []),
        ...(invoice.reason ? [{ label: 'field.reason', value: <bdi>{invoice.reason}</bdi> }] : []),
      ]}
    />
  )
}

function Lines({ invoice }: { invoice: InvoiceDetail }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  return (
    <Panel title={t('billing.lines')} dense>
      <RowsTable
        title={t('billing.lines')}
        rows={invoice.lines.map((line, position) => ({ ...line, position }))}
        rowKey={(line) => String(line.position)}
        empty={t('billing.no_lines')}
        columns={[
          { label: 'field.description', cell: (line) => <TranslatedText value={line.description} /> },
          {
            label: 'billing.period',
            cell: (line) =>
              line.period_start && line.period_end
                ? `${formatDate(line.period_start.slice(0, 10), locale)} – ${formatDate(line.period_end.slice(0, 10), locale)}`
                : '–',
          },
          { label: 'billing.quantity', end: true, cell: (line) => formatNumber(line.quantity, locale) },
          { label: 'billing.unit_price', end: true, cell: (line) => <MoneyText value={line.unit_price} /> },
          { label: 'billing.net', end: true, cell: (line) => <MoneyText value={line.net} /> },
          { label: 'billing.tax', end: true, cell: (line) => <MoneyText value={line.tax} /> },
        ]}
      />
    </Panel>
  )
}

function Payments({ invoice }: { invoice: InvoiceDetail }) {
  const t = useTranslate()
  return (
    <Panel title={t('billing.payments')} dense>
      <RowsTable
        title={t('billing.payments')}
        rows={invoice.payments}
        rowKey={(payment) => payment.id}
        empty={t('billing.no_payments')}
        columns={[
          { label: 'field.reference', cell: (payment) => <Ident value={payment.reference} /> },
          { label: 'billing.entry', cell: (payment) => t(`billing.entry_${payment.kind}`) },
          { label: 'field.method', cell: (payment) => t(`billing.method_${payment.method}`) },
          { label: 'field.amount', end: true, cell: (payment) => <MoneyText value={payment.amount} /> },
          { label: 'field.when', cell: (payment) => <When at={payment.at} /> },
        ]}
      />
    </Panel>
  )
}

function CreditNotes({ invoice }: { invoice: InvoiceDetail }) {
  const t = useTranslate()
  return (
    <Panel title={t('billing.credit_notes')} dense>
      <RowsTable
        title={t('billing.credit_notes')}
        rows={invoice.credit_notes}
        rowKey={(note) => note.id}
        empty=""
        columns={[
          { label: 'field.number', cell: (note) => <Link to={`/invoices/${note.id}/show`}>{note.number ?? note.id}</Link> },
          { label: 'field.reason', cell: (note) => <bdi>{note.reason}</bdi> },
          { label: 'field.total', end: true, cell: (note) => <MoneyText value={note.total} /> },
        ]}
      />
    </Panel>
  )
}

function Reminders({ invoice }: { invoice: InvoiceDetail }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  return (
    <Panel title={t('billing.reminders')} dense>
      <RowsTable
        title={t('billing.reminders')}
        rows={invoice.reminders}
        rowKey={(reminder) => String(reminder.day)}
        empty=""
        columns={[
          { label: 'billing.day', cell: (reminder) => t('billing.day_after', { day: formatNumber(reminder.day, locale) }) },
          { label: 'field.due_at', cell: (reminder) => <When at={reminder.due_at} /> },
          {
            label: 'billing.outcome',
            cell: (reminder) => (reminder.done_at ? <bdi>{reminder.outcome ?? t('shell.done')}</bdi> : t('billing.not_yet')),
          },
        ]}
      />
    </Panel>
  )
}
