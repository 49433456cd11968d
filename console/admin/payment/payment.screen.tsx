import { type AdminPayment, confirmAdminPayment, getAdminPayment, listAdminPayments, PaymentStatus } from '@cityos/data-plane/contract'
import PaymentsIcon from '@mui/icons-material/PaymentsOutlined'
import { useTranslate } from 'react-admin'
import { RecordLink } from '../../fields/record-link.tsx'
import type { Screen } from '../../screen/screen.ts'

const payment = (record: unknown) => record as AdminPayment

function Method({ name }: { name: string }) {
  return <>{useTranslate()(`payment_method.${name}`, { _: name })}</>
}

export const paymentScreen: Screen = {
  name: 'payments',
  icon: PaymentsIcon,
  endpoints: { list: listAdminPayments, read: getAdminPayment, actions: { confirm: confirmAdminPayment } },
  columns: [
    {
      source: 'order_number',
      render: (record) => (
        <RecordLink to={`/orders/${payment(record).order_id}/show`}>
          <bdi dir="ltr">{payment(record).order_number}</bdi>
        </RecordLink>
      ),
    },
    { source: 'vendor_name', label: 'field.vendor' },
    { source: 'method', label: 'field.payment_method', render: (record) => <Method name={payment(record).method} /> },
    'status',
    'amount',
    { source: 'captured', card: 'none' },
    { source: 'refunded', card: 'none' },
    'created_at',
  ],
  facts: [
    'id',
    'order_number',
    'vendor_name',
    'method',
    'provider',
    'capture_mode',
    'status',
    'amount',
    'authorized',
    'captured',
    'refunded',
    'created_at',
  ],
  filters: ['method'],
  tabs: { values: PaymentStatus.options },
  title: (record) => String(record['order_number']),
  menu: { group: 'money', key: 'p' },
}
