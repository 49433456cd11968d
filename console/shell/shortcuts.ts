import { useEffect, useRef } from 'react'
import { useNavigate, useStore } from 'react-admin'
import { useMenu } from './navigation.ts'

/** Key of the switch in the settings of this browser (2.1.4: single keys can be turned off). */
export const shortcutsOn = 'shortcuts.on'

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

interface Shortcuts {
  onPalette: () => void
  onHelp: () => void
}

/** Ctrl-K always; `?`, `/` and `g x` only outside of inputs and only while switched on. */
export function useShortcuts({ onPalette, onHelp }: Shortcuts): void {
  const { groups } = useMenu()
  const navigate = useNavigate()
  const [on] = useStore(shortcutsOn, true)
  const going = useRef(0)
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        onPalette()
        return
      }
      if (!on || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
      if (event.key === '?') return onHelp()
      if (event.key === '/') {
        event.preventDefault()
        return onPalette()
      }
      if (event.key === 'g') {
        going.current = event.timeStamp
        return
      }
      if (event.timeStamp - going.current > 1500) return
      going.current = 0
      const entry = groups.flatMap((group) => group.entries).find((item) => item.key === event.key)
      if (entry) navigate(entry.to)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [groups, navigate, on, onPalette, onHelp])
}
