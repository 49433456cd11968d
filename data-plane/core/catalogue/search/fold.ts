const replaced: Record<string, string> = {
  ى: 'ي',
  ی: 'ي',
  ة: 'ه',
  ک: 'ك',
  ß: 'ss',
  œ: 'oe',
  æ: 'ae',
  ø: 'o',
  ı: 'i',
  ł: 'l',
}
const special = new RegExp(`[${Object.keys(replaced).join('')}]`, 'g')

/**
 * Writes a text the one way the index knows: lower case, Latin accents and Arabic vowel signs gone, alef, ya and
 * ta-marbuta unified, tatweel dropped, Arabic-Indic digits as 0–9 (docs/spec/commerce.md, search).
 */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}\u0640]+/gu, '')
    .replace(special, (letter) => replaced[letter] ?? letter)
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
}

const article = /^(?:وال|بال|كال|فال|لل|ال)(?=.{3})/

/** Drops the Arabic article and a Latin plural `s`, so that one form of a word finds the other. */
function stem(word: string): string {
  if (/^[ء-ي]/.test(word)) return word.replace(article, '')
  return word.length >= 4 && /[^siu]s$/.test(word) ? word.slice(0, -1) : word
}

/** The words of a text as the index stores them, in order, at most `limit`. */
export function words(text: string, limit = 400): string[] {
  const found = fold(text).match(/[\p{L}\p{N}]+/gu) ?? []
  return found.slice(0, limit).map(stem)
}

/** Typing errors a word may have: none below four letters, one from four, two from eight. */
export function allowedTypos(word: string): number {
  return word.length >= 8 ? 2 : word.length >= 4 ? 1 : 0
}

/**
 * Edits (insert, delete, replace, swap neighbours) between two words; `limit + 1` stands for "more than limit".
 * Optimal string alignment; words are short, so the plain table is fast enough.
 */
export function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    let best = row
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1]
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      const swapped = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      if (swapped) cost = Math.min(cost, beforeLast[column - 2]! + 1)
      current[column] = cost
      best = Math.min(best, cost)
    }
    if (best > limit) return limit + 1
    beforeLast = last
    last = current
  }
  return last[right.length]!
}
