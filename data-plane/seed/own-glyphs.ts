import type { Glyphs } from './art.ts'

// What no icon set has: the dress, coffee and dates of Najd. Drawn for this shop, 32 × 32 units, flat.

interface Cloth {
  main: string
  shade: string
  trim: string
}

const thobe = ({ main, shade, trim }: Cloth): string =>
  `<path fill="${main}" stroke="${shade}" stroke-width=".4" d="M13 1.500h6l3.100 1.300c1 .4 1.600 1.200 1.900 2.200l3.300 14.600-2.800.7-3.100-9 .9 18.900a.7.700 0 0 1-.7.700H10.400a.7.700 0 0 1-.7-.7l.9-18.900-3.100 9-2.800-.7L8 5c.3-1 .9-1.800 1.900-2.200L13 1.500Z"/>` +
  `<path fill="${shade}" d="m10.600 11.300-.9 18.900c0 .4.300.7.700.7h1.900l-.6-20.900ZM21.400 11.300l.9 18.900c0 .4-.3.700-.7.700h-1.900l.6-20.900ZM16.200 19h-.5l-.2 11.900h.9z"/>` +
  `<path fill="${shade}" d="M13 1.500h6v2.300l-3 1.600-3-1.600V1.500Z"/><path fill="${main}" d="M13.900 1.500h4.200v1.300L16 4l-2.100-1.200V1.500Z"/>` +
  `<path fill="${shade}" d="M15.400 5.200h1.200V14h-1.200z"/><g fill="${trim}"><circle cx="16" cy="6.800" r=".45"/><circle cx="16" cy="9.200" r=".45"/><circle cx="16" cy="11.600" r=".45"/></g>` +
  `<path fill="none" stroke="${trim}" stroke-width=".4" d="M17.800 8.200h2v2.600h-2z"/>`

const abaya = ({ main, shade, trim }: Cloth): string =>
  `<path fill="${main}" d="M13.400 1.500h5.200l3.200 1.500c.9.400 1.500 1.100 1.800 2l4.200 12.600-5 2.300-1.600-5 3.300 15.200a.7.700 0 0 1-.7.800H8.200a.7.700 0 0 1-.7-.8l3.300-15.200-1.600 5-5-2.300L8.400 5c.3-.9.900-1.600 1.800-2l3.200-1.500Z"/>` +
  `<path fill="${shade}" d="M10.800 14.900 7.500 30.100c-.1.400.2.800.7.800h3.600L12.400 7ZM21.200 14.900l3.300 15.200c.1.400-.2.800-.7.800h-3.600L19.600 7Z"/>` +
  `<path fill="${shade}" d="M13.400 1.500h5.200L16 5.200z"/><path fill="none" stroke="${trim}" stroke-width=".55" d="M13.600 1.800 15.500 5.200v25.700M18.400 1.800 16.500 5.200v25.700M4.900 15.900l4.900 2.200M27.100 15.900l-4.900 2.200"/>`

const headCloth = (check: string): string =>
  '<path fill="#d9c3a8" d="M11.500 13h9v5.500c0 2.700-2 4.700-4.500 4.700s-4.500-2-4.500-4.700Z"/>' +
  '<path fill="#f7f5f0" stroke="#dcd8ce" stroke-width=".4" d="M16 3C10.300 3 6.700 6.900 6.300 12L4.500 28.600c3.200 1.400 6.400.6 8-1.600L11.600 15c.3-2.200 2-3.700 4.400-3.700s4.100 1.500 4.400 3.700l-.9 12c1.600 2.200 4.800 3 8 1.600L25.700 12C25.300 6.900 21.700 3 16 3Z"/>' +
  check +
  '<path fill="none" stroke="#1e1e22" stroke-width="1.300" stroke-linecap="round" d="M8 9.400c2.300 1.300 5 1.900 8 1.900s5.700-.6 8-1.900M8.400 7.600c2.200 1.200 4.800 1.800 7.600 1.800s5.400-.6 7.600-1.800"/>'

const redCheck =
  '<g fill="none" stroke="#bf2f28" stroke-width=".9" stroke-dasharray="1 .8"><path d="M7.800 12.500 6.200 28.800M9.400 12.500 8.100 29.200M10.800 13.500l-.7 15M24.200 12.500l1.600 16.300M22.600 12.500l1.300 16.700M21.200 13.500l.7 15"/>' +
  '<path d="M9.800 6.300c3.300-2.600 9.100-2.600 12.400 0M11.500 4.700c2.700-1.300 6.300-1.300 9 0"/><path d="M6.300 17.500l4.900.8M5.800 21.500l5.600.8M5.400 25.500l6.200.8M25.700 17.500l-4.900.8M26.200 21.500l-5.600.8M26.600 25.500l-6.200.8"/></g>'

const dates = (fruit: string, shine: string): string => {
  const one = (x: number, y: number) =>
    `<ellipse cx="${x}" cy="${y}" rx="3.300" ry="4.800" fill="${fruit}"/><path fill="none" stroke="${shine}" stroke-width=".8" stroke-linecap="round" d="M${x - 1.4} ${y - 2.4}c-.7 1.300-.8 2.900-.3 4.200"/>`
  return (
    '<path fill="none" stroke="#9a7a35" stroke-width="1.300" stroke-linecap="round" d="M16 1.500V14M16 4c-3.400.8-6.200 3.400-7.300 7M16 4c3.400.8 6.200 3.400 7.300 7M16 7c-1.800 2.600-3 7-3.500 12M16 7c1.800 2.600 3 7 3.500 12"/>' +
    [one(8.5, 15), one(23.5, 15), one(16, 16.5), one(12, 24.5), one(20, 24.5)].join('')
  )
}

const dallah =
  '<path fill="none" stroke="#8c5f17" stroke-width="1.900" stroke-linecap="round" d="M20.600 11.200c4.400-1.600 7.900 1.200 7.500 5.700-.3 3.500-2.200 6-4.400 7.600"/>' +
  '<path fill="#b88326" d="M12.300 14.500C8.700 14 6 11.900 2.900 11.500c-.7-.1-.9.700-.3 1.100 2.600 1.600 3.700 5.900 7 8.400Z"/>' +
  '<path fill="#c9962f" d="M12 13h9c2.600 3.200 3.600 6.600 3.600 9.400 0 3-1.400 5.200-3.500 6.600h-9.200c-2.100-1.400-3.500-3.600-3.500-6.600 0-2.800 1-6.200 3.600-9.400Z"/>' +
  '<path fill="#b88326" d="M12.600 9.600h7.800L21 13h-9zM11 29h11l1 1.300H10z"/><path fill="#d9a83e" d="m16.500 2.600 4.300 7h-8.600z"/><circle cx="16.500" cy="2.300" r="1.200" fill="#b88326"/>' +
  '<path fill="none" stroke="#e8c876" stroke-width="1" stroke-linecap="round" d="M12.600 16c-1.300 2.200-1.800 4.500-1.700 6.700"/><path fill="none" stroke="#9c6d1d" stroke-width=".7" d="M9.700 19.500c4.300 1.500 9.300 1.500 13.600 0M8.600 23.500c5 1.700 10.800 1.700 15.800 0"/>'

const finjan =
  '<path fill="#fbfaf6" stroke="#dedbd0" stroke-width=".4" d="M7.500 11h17l-2.700 13.300a3 3 0 0 1-3 2.400h-5.600a3 3 0 0 1-3-2.400Z"/>' +
  '<ellipse cx="16" cy="11" rx="8.500" ry="2.600" fill="#c9a24b"/><ellipse cx="16" cy="11.100" rx="7.600" ry="2" fill="#e9e6dc"/><ellipse cx="16" cy="11.500" rx="6.500" ry="1.500" fill="#b98338"/>' +
  '<path fill="#3f7d58" d="m16 16 1.700 2.600L16 21.200l-1.700-2.600zM11.400 15.500l1.500 2.200-1 2.500-1.500-2.300zM20.600 15.500l1 2.400-1.500 2.300-1-2.500z"/>' +
  '<path fill="none" stroke="#c9a24b" stroke-width=".7" d="M8.300 14.200c4.800 1.300 10.600 1.300 15.400 0M10 23.300c3.700 1.200 8.300 1.200 12 0"/><path fill="#e1ded3" d="M13 26.700h6l.7 1.500h-7.400z"/>'

const mabkhara =
  '<path fill="none" stroke="#9aa0a6" stroke-opacity=".75" stroke-width="1.300" stroke-linecap="round" d="M13.500 8c-1.800-1.800 1.600-3 0-5.500M18.500 8c-1.800-1.800 1.600-3.200 0-6"/>' +
  '<path fill="#d9b866" d="M6.500 16V9.800l3.200 2.700L12.800 9l3.200 3.500L19.200 9l3.100 3.500 3.200-2.700V16z"/><path fill="#c9a24b" d="M6.500 16h19l-4 4.500h-11z"/>' +
  '<path fill="#b08a35" d="M10.500 20.500h11l2.300 8.600a.9.900 0 0 1-.9 1.100H9.100a.9.900 0 0 1-.9-1.100z"/><path fill="#7a5a1c" d="M13.600 25.400a2.400 2.400 0 0 1 4.800 0v4.800h-4.800z"/>' +
  '<path fill="#8e2a22" d="M9 14.300h1.600l-.8-1.500zM15.200 14.300h1.600l-.8-1.500zM21.400 14.300H23l-.8-1.500z"/>'

const sandal = (x: number) =>
  `<g transform="translate(${x} 0)"><path fill="#7d4e28" d="M0 4c3.200 0 4.700 3 4.700 6.500 0 3-1 4.700-1 8.200 0 4-.3 9.300-3.700 9.300s-3.700-5.300-3.700-9.300c0-3.500-1-5.200-1-8.200C-4.700 7 -3.200 4 0 4Z"/>` +
  '<path fill="#b98a54" d="M0 5.200c2.500 0 3.700 2.500 3.700 5.400 0 2.700-1 4.500-1 8.100 0 3.800-.3 8.100-2.700 8.100s-2.700-4.300-2.700-8.100c0-3.600-1-5.400-1-8.100C-3.700 7.700-2.500 5.200 0 5.200Z"/>' +
  '<path fill="none" stroke="#4e2e14" stroke-width="1.700" stroke-linecap="round" d="M-4.200 13.500C-2 11.500 2 11.500 4.200 13.500M0 7.500v5"/><circle cy="12.300" r="1.300" fill="#c9a24b"/></g>'

const saduCushion =
  '<path fill="#8e2a22" d="M6 7c3 .8 17 .8 20 0 1.500-.4 2.600.700 2.200 2.200-.7 3-.7 11 0 14 .4 1.500-.7 2.600-2.200 2.200-3-.8-17-.8-20 0-1.500.4-2.600-.7-2.200-2.200.7-3 .7-11 0-14C3.400 7.700 4.500 6.600 6 7Z"/>' +
  '<path fill="#1e1e22" d="M4.300 12.600h23.400v7H4.300z"/><path fill="#f2e6d0" d="M4.300 12.600h23.400v.9H4.300zM4.300 18.700h23.400v.9H4.300zM6.400 18l1.900-3.400 1.900 3.400zM11.200 18l1.900-3.400L15 18zM16 18l1.900-3.400 1.900 3.400zM20.800 18l1.900-3.400 1.900 3.400z"/>' +
  '<path fill="#d98b2b" d="M4.500 10.200h23v.8h-23zM4.500 21.200h23v.8h-23z"/>'

export const ownGlyphs: Glyphs = {
  thobe: thobe({ main: '#fbfaf6', shade: '#e0ded5', trim: '#a9a698' }),
  'thobe-winter': thobe({ main: '#33456e', shade: '#26355a', trim: '#c8cede' }),
  abaya: abaya({ main: '#2a2a30', shade: '#1c1c21', trim: '#c9a24b' }),
  'abaya-linen': abaya({ main: '#dcc9a4', shade: '#c4ae84', trim: '#8f7443' }),
  shemagh: headCloth(redCheck),
  ghutra: headCloth(
    '<path fill="none" stroke="#e3dfd5" stroke-width=".8" d="M7.800 14 6.400 28.500M9.600 14 8.700 29M24.200 14l1.400 14.500M22.400 14l.9 15"/>',
  ),
  dates: dates('#7a4320', '#b9804f'),
  'dates-black': dates('#3b2118', '#7c5a49'),
  'dates-golden': dates('#c98a2e', '#efc47a'),
  dallah,
  finjan,
  mabkhara,
  'najdi-sandals': sandal(9.5) + sandal(22.5),
  'sadu-cushion': saduCushion,
}
