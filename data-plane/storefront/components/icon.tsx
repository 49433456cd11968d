/** Outlines on a 24 × 24 grid, drawn with `currentColor`. */
const outlines = {
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.8-1.7L20 20',
  bag: 'M6 8h12l1 12H5L6 8Zm3 0V7a3 3 0 0 1 6 0v1',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8c.8-3.3 3.6-5 7-5s6.2 1.7 7 5',
  globe:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-18c2.5 2.4 3.6 5.4 3.6 9S14.5 18.6 12 21c-2.5-2.4-3.6-5.4-3.6-9S9.5 5.4 12 3ZM3.3 9.5h17.4M3.3 14.5h17.4',
  menu: 'M4 7h16M4 12h16M4 17h10',
  close: 'M6 6l12 12M18 6 6 18',
  forward: 'M9 5l7 7-7 7',
  back: 'M15 5l-7 7 7 7',
  down: 'M6 9l6 6 6-6',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  warning: 'M12 4 2.8 20h18.4L12 4Zm0 6v5m0 2.5v.2',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-10v5m0-8.2V8',
  truck: 'M3 6h11v10H3V6Zm11 4h4l3 3v3h-7v-6ZM7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm10 0a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  filter: 'M4 7h9m4 0h3M4 17h3m4 0h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm-6 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  trash: 'M5 7h14M10 7V4.5h4V7m-7.5 0 .9 12.5h9.2L17.5 7M10.3 11v5m3.4-5v5',
  minus: 'M6 12h12',
  plus: 'M6 12h12M12 6v12',
  store:
    'M4 10v10h16V10M3 10l2-6h14l2 6c0 1.5-1.3 2.5-3 2.5S15 11.5 15 10c0 1.5-1.3 2.5-3 2.5S9 11.5 9 10c0 1.5-1.3 2.5-3 2.5S3 11.5 3 10Zm7 10v-4.5h4V20',
  star: 'm12 4 2.5 5.1 5.6.8-4 4 .9 5.6-5-2.7-5 2.7.9-5.6-4-4 5.6-.8L12 4Z',
  shield: 'M12 3.5 5 6v5.5c0 4.3 2.9 7.3 7 9 4.1-1.7 7-4.7 7-9V6l-7-2.5Zm-3 8.3 2.2 2.2 4-4.2',
  pin: 'M12 21c4.5-4.6 6.5-8 6.5-11a6.5 6.5 0 0 0-13 0c0 3 2 6.4 6.5 11Zm0-8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  undo: 'M9 8 5 12l4 4M5 12h9a5 5 0 0 1 5 5v1',
  receipt: 'M6 3.5v17l2-1.3 2 1.3 2-1.3 2 1.3 2-1.3 2 1.3v-17H6Zm3 5h6m-6 4h6',
  lock: 'M6 11h12v9H6v-9Zm2.5 0V8a3.5 3.5 0 0 1 7 0v3',
  compare: 'M12 4v16M5 8h4v8H5zM15 8h4v8h-4z',
  cash: 'M3 7h18v10H3V7Zm9 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM6 10v4m12-4v4',
  bank: 'M4 10 12 4.5 20 10H4Zm2 0v7m4-7v7m4-7v7m4-7v7M4 19.5h16',
  card: 'M3 6h18v12H3V6Zm0 4h18M6.5 14.5H10',
  calendar: 'M4 6h16v14H4V6Zm0 4.5h16M8 3.5V8m8-4.5V8',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3.2 2',
  ticket: 'M4 7h16v3.4a1.8 1.8 0 0 0 0 3.4V17H4v-3.2a1.8 1.8 0 0 0 0-3.4V7Zm10 0v2.2m0 2.4v1m0 2.2V17',
  meal: 'M7 3.5v7m-2.5-7V8a2.5 2.5 0 0 0 5 0V3.5M7 10.5v10M16.5 13V3.5c-2 1-3 3.4-3 6.5v3h3Zm0 0v7.5',
  bike: 'M6 19a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm12 0a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM6 15.5 9.5 8h5l3.5 7.5m-8.5-4h6.3M13.5 5H16l-1.2 3',
  people:
    'M9 11.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Zm-6 7.5c.6-3 3-4.6 6-4.6s5.4 1.6 6 4.6m.5-14a3.2 3.2 0 0 1 0 6m2 3.6c1.8.6 3 2 3.5 4.4',
  video: 'M3.5 7h12v10h-12V7Zm12 4 5-2.8v7.6l-5-2.8',
  phone:
    'M6.5 4h3.2l1.5 4-2 1.6a11 11 0 0 0 5.2 5.2l1.6-2 4 1.5v3.2c0 1-.8 1.7-1.8 1.6C11.4 18.600 5.400 12.600 4.900 5.800 4.800 4.800 5.500 4 6.500 4Z',
  repeat: 'M5 11V9.500A2.500 2.500 0 0 1 7.500 7H18m-3-3 3 3-3 3m4 3v1.500a2.500 2.500 0 0 1-2.500 2.500H6m3 3-3-3 3-3',
  send: 'M4 12 20 4.500 15 20l-3.500-6.500L4 12Zm7.500 1.500L20 4.500',
  seat: 'M7 4.500h10v8H7v-8Zm-2.500 8h15V17h-15v-4.500ZM6.500 17v3m11-3v3',
  flame:
    'M12 21c3.600 0 6-2.300 6-5.600 0-2.700-1.700-4.300-2.900-6-.900-1.300-1.400-2.700-1.300-5.400-2.900 1.200-4.500 3.700-4.300 6.700-.900-.400-1.500-1.200-1.700-2.200C6.600 10 6 12.500 6 15.400 6 18.700 8.400 21 12 21Z',
} as const

export type IconName = keyof typeof outlines

/** Arrows flip with the reading direction; everything else stays as it is (ux guide §4). */
const mirrored: ReadonlySet<IconName> = new Set(['forward', 'back', 'truck', 'undo', 'menu'])

/** Decoration only: the words stand beside it, or in the control's label. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={mirrored.has(name) ? 'mirror shrink-0' : 'shrink-0'}
    >
      <path d={outlines[name]} />
    </svg>
  )
}
