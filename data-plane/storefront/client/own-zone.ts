/** Offers the time zone of this device in lists of zones (`select[data-own-zone]`), when it is not there yet. */
export function startOwnZone(): void {
  const offer = () => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone
    for (const list of document.querySelectorAll<HTMLSelectElement>('select[data-own-zone]')) {
      if (!own || [...list.options].some((option) => option.value === own)) continue
      const city = own.slice(own.lastIndexOf('/') + 1).replaceAll('_', ' ')
      list.add(new Option((list.dataset.ownZone ?? '').replace('{city}', city), own))
    }
  }
  offer()
  document.addEventListener('swapped', offer)
}
