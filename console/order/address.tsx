import type { Address } from '@cityos/data-plane/contract'
import { Typography } from '@mui/material'
import { useConsoleLocale } from '../fields/format.ts'
import { Dash } from '../fields/values.tsx'

/** An address as an envelope has it; its lines keep their own direction. */
export function AddressText({ address }: { address: Partial<Address> | null }) {
  const locale = useConsoleLocale()
  if (!address) return <Dash />
  const lines = [
    address.name,
    address.line1,
    address.line2,
    [address.district, address.city].filter(Boolean).join(locale === 'ar' ? '، ' : ', '),
    [address.postal_code, address.country].filter(Boolean).join(' '),
  ]
  return (
    <Typography component="address" sx={{ fontStyle: 'normal' }}>
      {lines.filter(Boolean).map((line) => (
        <span key={line} style={{ display: 'block' }}>
          <bdi>{line}</bdi>
        </span>
      ))}
      {address.phone && <bdi dir="ltr">{address.phone}</bdi>}
    </Typography>
  )
}
