import { useClient, useFailureNotice } from '@cityos/console/kit'
import PrintIcon from '@mui/icons-material/PrintOutlined'
import { GlobalStyles, IconButton, Tooltip } from '@mui/material'
import { useEffect, useState } from 'react'
import { useTranslate } from 'react-admin'
import { createPortal } from 'react-dom'
import { printKitchenTicket } from '../../contract.ts'

/** Prints the kitchen ticket: the server's lines, on paper alone. */
export function PrintButton({ orderId }: { orderId: string }) {
  const t = useTranslate()
  const client = useClient()
  const failed = useFailureNotice()
  const [lines, setLines] = useState<string[] | null>(null)
  useEffect(() => {
    if (!lines) return
    const done = () => setLines(null)
    window.addEventListener('afterprint', done, { once: true })
    window.print()
    return () => window.removeEventListener('afterprint', done)
  }, [lines])
  const print = () =>
    client(printKitchenTicket, { params: { id: orderId } })
      .then((ticket) => setLines(ticket.lines))
      .catch(failed)
  return (
    <>
      <Tooltip title={t('restaurant.print')}>
        <IconButton aria-label={t('restaurant.print')} onClick={() => void print()}>
          <PrintIcon />
        </IconButton>
      </Tooltip>
      {lines &&
        createPortal(
          <>
            <GlobalStyles
              styles={{
                '.kitchen-ticket': { display: 'none' },
                '@media print': {
                  'body > *:not(.kitchen-ticket)': { display: 'none !important' },
                  '.kitchen-ticket': { display: 'block', margin: 0, fontSize: '12pt' },
                },
              }}
            />
            <pre className="kitchen-ticket" dir="auto">
              {lines.join('\n')}
            </pre>
          </>,
          document.body,
        )}
    </>
  )
}
