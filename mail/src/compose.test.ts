import { describe, expect, it } from 'vitest'
import { compose } from './compose.ts'

const frame = { sender: 'Dakkah CityOS', colour: '#0f766e' }
const texts = {
  subject: 'Hello {name}',
  heading: 'Hello {name}',
  lines: ['{name} has {count, plural, one {# message} other {# messages}}.'],
  action: 'Open',
  note: 'Small print',
}
const url = 'https://cityos.test/oauth/invitation?token=a&lang=en'

describe('a message', () => {
  it('has a subject, plain text and HTML with the same words', () => {
    const made = compose('en', texts, { name: 'Noura', count: 1, url }, frame)
    expect(made.subject).toBe('Hello Noura')
    expect(made.text).toBe(`Hello Noura\n\nNoura has 1 message.\n\nOpen:\n${url}\n\nSmall print\n\n— Dakkah CityOS\n`)
    expect(made.html).toContain('<html lang="en" dir="ltr">')
    expect(made.html).toContain('<bdi>Noura</bdi> has 1 message.')
    expect(made.html).toContain('href="https://cityos.test/oauth/invitation?token=a&#38;lang=en"')
  })

  it('shows what people typed as text, on one line, in its own direction', () => {
    const name = '<img src=x onerror=alert(1)>\r\nBcc: all@x.test\u202Etxet'
    const made = compose('en', texts, { name, count: 2, url }, frame)
    expect(made.html).not.toContain('<img')
    expect(made.html).toContain('&#60;img src=x')
    expect(made.subject).not.toMatch(/[\r\n]/)
    expect(JSON.stringify(made)).not.toContain('\u202E')
  })

  it('does not take a value for a placeholder', () => {
    expect(compose('en', texts, { name: '{count}', count: 2, url }, frame).subject).toBe('Hello {count}')
  })

  it('goes by a choice without showing it, and lists facts in both bodies', () => {
    const chosen = { ...texts, lines: ['{paid, select, cash {You pay {name} at the door.} other {It is paid.}}'] }
    const facts = [{ label: '2 × Tea', value: 'SAR 10.00' }]
    const made = compose('en', chosen, { name: 'Noura', count: 1, url, paid: { choice: 'cash' } }, frame, facts)
    expect(made.text).toContain('You pay Noura at the door.\n\n2 × Tea: SAR 10.00\n\nOpen:')
    expect(made.html).toContain('2 × Tea</td>')
    expect(made.html).toContain('<bdi>SAR 10.00</bdi>')
  })

  it('shows the logo of whose it is in place of the name, and a readable button', () => {
    const made = compose('en', texts, { name: 'x', count: 1, url }, { ...frame, logo: 'https://shop.sa/logo.png', onColour: '#000000' })
    expect(made.html).toContain('<img src="https://shop.sa/logo.png" alt="Dakkah CityOS"')
    expect(made.html).toContain('color:#000000;font-weight:700')
  })

  it('runs from right to left in Arabic, with values set apart', () => {
    const made = compose('ar', { ...texts, lines: ['يدعوك {name}.'] }, { name: 'Dana (KAFD)', count: 3, url }, frame)
    expect(made.html).toContain('<html lang="ar" dir="rtl">')
    expect(made.html).toContain('text-align:right')
    expect(made.html).toContain('يدعوك <bdi>Dana (KAFD)</bdi>.')
    expect(made.text).toContain('يدعوك \u2068Dana (KAFD)\u2069.')
    expect(made.subject).toBe('Hello Dana (KAFD)')
  })

  it.each(['javascript:alert(1)', '/relative', ''])('has no button that leads to "%s"', (bad) => {
    expect(() => compose('en', texts, { name: 'x', count: 1, url: bad }, frame)).toThrow('a web address')
  })
})
