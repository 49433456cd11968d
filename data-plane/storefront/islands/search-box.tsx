import type { Locale } from '@cityos/contract'
import { type KeyboardEvent, useEffect, useState } from 'react'
import type { SearchTexts } from './search-texts.ts'

export interface SearchBoxProps {
  action: string
  query: string
  locale: Locale
  texts: SearchTexts
}

interface Suggestion {
  kind: 'product' | 'category' | 'vendor'
  text: string
  handle: string
  picture: { url: string } | null
}

const pageOf: Record<Suggestion['kind'], string> = { product: 'products', category: 'categories', vendor: 'vendors' }
const waitBeforeAsking = 200

/** Terms asked once on this page are not asked again. */
const answers = new Map<string, Suggestion[]>()

async function suggestionsFor(term: string, locale: Locale, signal: AbortSignal): Promise<Suggestion[]> {
  const known = answers.get(term)
  if (known) return known
  const response = await fetch(`/v1/store/search/suggest?q=${encodeURIComponent(term)}`, {
    headers: { accept: 'application/json', 'accept-language': locale },
    signal,
  })
  if (!response.ok) return []
  const found = ((await response.json()) as { data: Suggestion[] }).data
  answers.set(term, found)
  return found
}

/** A search form; in the browser a combobox with suggestions (WAI-ARIA 1.2, list autocomplete). */
export function SearchBox({ action, query, locale, texts }: SearchBoxProps) {
  const [term, setTerm] = useState<string | null>(null)
  const [found, setFound] = useState<Suggestion[]>([])
  const [active, setActive] = useState(-1)
  const [open, setOpen] = useState(false)

  useEffect(() => {
    if (term === null) return
    const wanted = term.trim()
    if (wanted.length < 2) {
      setFound([])
      return
    }
    const abort = new AbortController()
    const timer = setTimeout(() => {
      suggestionsFor(wanted, locale, abort.signal)
        .then((list) => {
          setFound(list)
          setActive(-1)
          setOpen(true)
        })
        .catch(() => setFound([]))
    }, waitBeforeAsking)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [term, locale])

  const hrefOf = (item: Suggestion) => `/${locale}/${pageOf[item.kind]}/${item.handle}`
  const shown = open && found.length > 0
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && open) {
      event.preventDefault()
      setOpen(false)
    } else if (shown && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      setActive((now) => ((now + 1 + step + found.length + 1) % (found.length + 1)) - 1)
    } else if (shown && event.key === 'Enter' && found[active]) {
      event.preventDefault()
      location.assign(hrefOf(found[active]))
    }
  }

  return (
    <search>
      <form action={action} method="get" className="relative">
        <label htmlFor="search-field" className="sr-only">
          {texts.label}
        </label>
        <input
          id="search-field"
          name="q"
          type="search"
          defaultValue={query}
          maxLength={200}
          placeholder={texts.placeholder}
          autoComplete="off"
          enterKeyHint="search"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={shown}
          aria-controls="search-list"
          aria-activedescendant={shown && active >= 0 ? `search-option-${active}` : undefined}
          onInput={(event) => setTerm(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          className="control rounded-full! pe-12 ps-5"
        />
        <button type="submit" aria-label={texts.submit} className="icon-button absolute end-0 top-0 rounded-full!">
          <svg
            width="20"
            height="20"
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            strokeWidth="2"
            strokeLinecap="round"
            aria-hidden="true"
          >
            <path d="M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.8-1.7L20 20" />
          </svg>
        </button>
        <div
          id="search-list"
          role="listbox"
          aria-label={texts.suggestions}
          hidden={!shown}
          className="card absolute inset-x-0 top-full z-30 mt-2 p-2"
        >
          {found.map((item, index) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field, aria-activedescendant names the option
            <div
              key={`${item.kind}:${item.handle}`}
              id={`search-option-${index}`}
              role="option"
              aria-selected={index === active}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => location.assign(hrefOf(item))}
              onKeyDown={onKeyDown}
              className="flex min-h-12 cursor-pointer items-center gap-3 rounded-control px-3 hover:bg-panel aria-selected:bg-panel"
            >
              {item.picture ? (
                <img src={item.picture.url} alt="" width="40" height="40" className="size-10 rounded-lg object-cover" />
              ) : (
                <span className="size-10" />
              )}
              <span className="min-w-0 flex-1 truncate">{item.text}</span>
              <span className="quiet text-sm">{texts[item.kind]}</span>
            </div>
          ))}
        </div>
        <p role="status" className="sr-only">
          {term !== null &&
            open &&
            term.trim().length > 1 &&
            (found.length ? texts.found.replace('{count}', String(found.length)) : texts.none)}
        </p>
      </form>
    </search>
  )
}
