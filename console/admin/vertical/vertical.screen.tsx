import { listAdminVerticals } from '@cityos/data-plane/contract'
import ExtensionIcon from '@mui/icons-material/ExtensionOutlined'
import { useTranslate } from 'react-admin'
import type { Screen } from '../../screen/screen.ts'

function VerticalName({ code }: { code: string }) {
  return <>{useTranslate()(`vertical.${code}`, { _: code })}</>
}

export const verticalScreen: Screen = {
  name: 'verticals',
  icon: ExtensionIcon,
  endpoints: { list: listAdminVerticals, key: 'name' },
  columns: [{ source: 'name', render: (record) => <VerticalName code={String(record['name'])} /> }, 'enabled', 'installed', 'kinds'],
  title: (record) => String(record['name']),
  menu: { group: 'shop' },
}
