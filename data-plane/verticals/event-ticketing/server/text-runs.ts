import bidiFactory from 'bidi-js'

/** A stretch of text of one direction and one font, in the order in which it stands on paper. */
export interface TextRun {
  text: string
  font: 'arabic' | 'latin'
}

// its types describe an ES module; what node loads is the function itself
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)()
/** They say the direction to a reader of characters; no font draws them. */
const directionMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
const arabicLetters = /[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc]/u

/**
 * Divides a line into what is set from left to right on paper: the Unicode bidirectional algorithm says the order of the
 * stretches, and the Arabic font shapes and turns the letters within each.
 * @param base direction of the line
 */
export function visualRuns(line: string, base: 'ltr' | 'rtl'): TextRun[] {
  const text = line.replaceAll(directionMarks, '')
  const { levels } = bidi.getEmbeddingLevels(text, base)
  const runs: (TextRun & { level: number })[] = []
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index]!
    const level = levels[index]!
    const last = runs.at(-1)
    // spaces go with what stands before them, as far as it runs the same way
    const neutral = /\s/u.test(letter)
    const font = arabicLetters.test(letter) ? 'arabic' : last && neutral && last.level === level ? last.font : 'latin'
    if (last && last.level === level && last.font === font) last.text += letter
    else runs.push({ text: letter, font, level })
  }
  const highest = Math.max(0, ...runs.map((run) => run.level))
  let ordered = runs
  for (let level = highest; level >= 1; level -= 1) ordered = reversedFrom(ordered, level)
  // brackets of a stretch that runs from right to left face the other way
  return ordered.map((run) => ({ text: run.level % 2 === 1 && run.font === 'latin' ? mirrored(run.text) : run.text, font: run.font }))
}

/** Rule L2: every stretch of runs at this level or above is turned round. */
function reversedFrom<R extends { level: number }>(runs: readonly R[], level: number): R[] {
  const ordered: R[] = []
  let stretch: R[] = []
  for (const run of runs) {
    if (run.level >= level) {
      stretch.push(run)
      continue
    }
    ordered.push(...stretch.reverse(), run)
    stretch = []
  }
  return [...ordered, ...stretch.reverse()]
}

function mirrored(text: string): string {
  return Array.from(text, (letter) => bidi.getMirroredCharacter(letter) ?? letter)
    .reverse()
    .join('')
}

/** Breaks a text into lines that fit. @param widthOf of a text, in points */
export function linesOf(text: string, widthOf: (text: string) => number, most: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word
    if (line && widthOf(longer) > most) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return line ? [...lines, line] : lines
}
