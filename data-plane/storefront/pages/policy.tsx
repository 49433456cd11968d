import { DomainError } from '@cityos/contract'
import { getPolicy, PolicyKind } from '../../core/store/contract.ts'
import { type Answer, page, type Visit } from '../visit.ts'
import { Heading } from './catalogue.tsx'

/** A published policy: plain text, blank lines between paragraphs. */
export async function policy(visit: Visit): Promise<Answer> {
  const kind = PolicyKind.safeParse(visit.param('kind'))
  if (!kind.success) throw new DomainError('not_found')
  const found = await visit.call(getPolicy, { params: { kind: kind.data } })
  return page(
    found.title,
    <>
      <Heading
        visit={visit}
        title={found.title}
        crumbs={[{ label: visit.t('action.home'), href: visit.href('/') }, { label: found.title }]}
      />
      <article className="shell prose mt-4">
        {found.body.split(/\n{2,}/).map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
        <p className="quiet text-sm">
          {visit.t('policy.version', { version: found.version, date: visit.formats.date(found.published_at) })}
        </p>
      </article>
    </>,
  )
}
