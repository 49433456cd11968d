/** The list every event has from the start has no name of its own: it is called so in the page's language. */
export const listName = (t: (key: string) => string, name: string): string => (name === 'All' ? t('event.list_all') : name)
