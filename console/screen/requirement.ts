import { useTranslate } from 'react-admin'

/** The i18n key of a publishing requirement and the parts it names: `price.SAR`, `policy.returns.ar`, `title.en`. */
export function requirementParts(name: string): { key: string; part: string; language: string } {
  const [head = '', part = '', language = ''] = name.split('.')
  if (head === 'price' || head === 'policy') return { key: `requirement.${head}`, part, language }
  return { key: `requirement.${name.replaceAll('.', '_')}`, part, language }
}

/** What publishing still needs, in words. */
export function useRequirement(): (name: string) => string {
  const t = useTranslate()
  return (name) => {
    const { key, part, language } = requirementParts(name)
    return t(key, { part: t(`choice.kind.${part}`, { _: part }), language: t(`language.${language}`, { _: language }), _: name })
  }
}
