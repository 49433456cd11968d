import { DomainError } from '@cityos/contract'
import { SaxesParser, type SaxesTagPlain } from 'saxes'

const elements = new Set(
  (
    'svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath title desc linearGradient radialGradient stop clipPath mask pattern ' +
    'filter feGaussianBlur feOffset feMerge feMergeNode feColorMatrix feBlend feFlood feComposite feDropShadow marker'
  ).split(' '),
)
const attributes = new Set(
  (
    'xmlns viewBox width height x y x1 x2 y1 y2 cx cy r rx ry fx fy d points transform id class fill fill-opacity fill-rule stroke stroke-width stroke-opacity ' +
    'stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset stroke-miterlimit opacity color offset stop-color stop-opacity gradientUnits gradientTransform ' +
    'spreadMethod clip-path clip-rule clipPathUnits mask maskUnits maskContentUnits patternUnits patternContentUnits patternTransform preserveAspectRatio ' +
    'font-family font-size font-weight font-style text-anchor dominant-baseline letter-spacing dx dy rotate textLength filter filterUnits stdDeviation in in2 result ' +
    'mode values type operator flood-color flood-opacity k1 k2 k3 k4 marker-start marker-mid marker-end markerWidth markerHeight refX refY orient version ' +
    'role aria-label direction unicode-bidi'
  ).split(' '),
)

/** Elements whose text is part of the picture; all other text is dropped. */
const speaking = new Set(['text', 'tspan', 'textPath', 'title', 'desc'])

/**
 * Rewrites an SVG with known elements and attributes only: no script, no style sheet, no event handler, nothing from
 * elsewhere. References stay inside the file (opengovsg/isomer#2293).
 * @throws DomainError asset_rejected when it is not well-formed or no SVG
 */
export function sanitiseSvg(source: string): string {
  const parser = new SaxesParser()
  const open: { name: string; kept: boolean }[] = []
  let output = ''
  let dropped = 0
  parser.on('error', (error) => {
    throw new DomainError('asset_rejected', { details: { reason: 'svg_malformed' }, cause: error })
  })
  parser.on('doctype', () => {
    throw new DomainError('asset_rejected', { details: { reason: 'svg_doctype' } })
  })
  parser.on('opentag', (tag: SaxesTagPlain) => {
    if (open.length === 0 && tag.name !== 'svg') throw new DomainError('asset_rejected', { details: { reason: 'not_svg' } })
    const kept = dropped === 0 && elements.has(tag.name)
    if (!kept) dropped++
    open.push({ name: tag.name, kept })
    if (kept) output += `<${tag.name}${attributesOf(tag)}>`
  })
  parser.on('closetag', () => {
    const tag = open.pop()
    if (tag?.kept) output += `</${tag.name}>`
    else dropped--
  })
  parser.on('text', (text) => {
    const tag = open.at(-1)
    if (dropped === 0 && tag && speaking.has(tag.name)) output += xmlText(text)
  })
  parser.write(source).close()
  return output
}

function attributesOf(tag: SaxesTagPlain): string {
  let text = ''
  for (const [name, value] of Object.entries(tag.attributes)) {
    const reference = name === 'href' || name === 'xlink:href'
    const kept = reference ? value.startsWith('#') : attributes.has(name) && isHarmless(value)
    if (kept) text += ` ${reference ? 'href' : name}="${xmlText(value)}"`
  }
  return text
}

/** No address but one inside the file, no script in disguise. */
function isHarmless(value: string): boolean {
  const references = value.match(/url\s*\(\s*['"]?\s*[^)]*/gi) ?? []
  return references.every((reference) => /^url\s*\(\s*['"]?\s*#/i.test(reference)) && !/javascript:|data:|expression\s*\(/i.test(value)
}

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
