import { changePolicy, createPolicy, type Policy } from '@cityos/control-plane/contract'
import AddIcon from '@mui/icons-material/Add'
import { Button } from '@mui/material'
import { useState } from 'react'
import { useNavigate, useTranslate } from 'react-admin'
import { EndpointDialog } from '../../screen/endpoint-dialog.tsx'
import type { FormField } from '../../screen/screen.ts'
import { rulesOf, textsOf } from './rule-text.ts'
import { RulesInput } from './rules-input.tsx'
import { SubjectInput } from './subject-input.tsx'

const rules: FormField = { source: 'rules', input: <RulesInput source="rules" /> }
const sent = (body: Record<string, unknown>) => ({ ...body, rules: rulesOf((body['rules'] ?? {}) as Record<string, string>) })

/** Drafts the first or the next version of a policy. */
export function DraftPolicy() {
  const t = useTranslate()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="contained" size="small" startIcon={<AddIcon />} onClick={() => setOpen(true)}>
        {t('policy.draft')}
      </Button>
      {open && (
        <EndpointDialog
          title={t('policy.draft')}
          endpoint={createPolicy}
          consequence={t('policy.draft_text')}
          fields={[{ source: 'subject', input: <SubjectInput /> }, 'domain', 'name', rules, 'note', 'effective_from', 'effective_until']}
          prepare={sent}
          wide
          onClose={() => setOpen(false)}
          onDone={(made) => navigate(`/policies/${(made as Policy).id}/show`)}
        />
      )}
    </>
  )
}

/** Changes a draft; what is in force is never changed, only followed by another version. */
export function ChangePolicy({ policy }: { policy: Policy }) {
  const t = useTranslate()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="outlined" onClick={() => setOpen(true)}>
        {t('action.change')}
      </Button>
      {open && (
        <EndpointDialog
          title={t('action.change')}
          endpoint={changePolicy}
          params={{ id: policy.id }}
          record={{ ...policy, rules: textsOf(policy.rules) }}
          fields={['name', rules, 'note', 'effective_from', 'effective_until']}
          fixed={{ row_version: policy.row_version }}
          prepare={sent}
          wide
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}
