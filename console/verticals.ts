import type { Messages } from './shell/messages.ts'
import type { ConsoleParts, VerticalConsole } from './shell/verticals.ts'

const admin = import.meta.glob<{ parts: ConsoleParts }>('../data-plane/verticals/*/console/admin.tsx')
const vendor = import.meta.glob<{ parts: ConsoleParts }>('../data-plane/verticals/*/console/vendor.tsx')
const texts = import.meta.glob<{ default: Messages }>('../data-plane/verticals/*/console/i18n/*.json')

const names = Object.keys(admin).map((file) => file.split('/')[3]!)
const inFolder = (name: string, file: string) => `../data-plane/verticals/${name}/console/${file}`

/** Each vertical's screens, found in its folder; loaded only where the vertical is on. */
export const verticalConsoles: Record<string, VerticalConsole> = Object.fromEntries(
  names.map((name) => [
    name,
    {
      admin: admin[inFolder(name, 'admin.tsx')]!,
      vendor: vendor[inFolder(name, 'vendor.tsx')]!,
      texts: (locale) => texts[inFolder(name, `i18n/${locale}.json`)]!(),
    },
  ]),
)
