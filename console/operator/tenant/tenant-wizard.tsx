import { newId } from '@cityos/contract'
import { createTenant, type Tenant } from '@cityos/control-plane/contract'
import { Box, Button, Card, CardContent, Stack, Step, StepButton, Stepper, useMediaQuery, useTheme } from '@mui/material'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Title, useNavigate, useStore, useTranslate } from 'react-admin'
import { ConsoleError } from '../../api/failure.ts'
import { useSend } from '../../api/query.ts'
import { FailureAlert } from '../../shell/failure-notice.tsx'
import { invitationKey } from './invitation.tsx'
import {
  type DraftFailures,
  draftFailures,
  emptyDraft,
  stepOfField,
  type TenantDraft,
  toRequest,
  type WizardStep,
  wizardSteps,
} from './tenant-draft.ts'
import type { StepProps } from './wizard-step.ts'
import { stepViews } from './wizard-steps.tsx'

/** Creates a tenant in five short steps, then goes to the operation that provisions it. */
export function TenantWizard() {
  const t = useTranslate()
  const navigate = useNavigate()
  const theme = useTheme()
  const narrow = useMediaQuery(theme.breakpoints.down('md'))
  const [draft, setDraft] = useState<TenantDraft>(emptyDraft)
  const [step, setStep] = useState<WizardStep>('identity')
  const [shown, setShown] = useState(false)
  const [refused, setRefused] = useState<DraftFailures>({})
  const [, setInvitation] = useStore<Record<string, unknown>>(invitationKey, {})
  const send = useSend(createTenant)
  const key = useRef(newId('key'))
  const heading = useRef<HTMLHeadingElement>(null)
  const index = wizardSteps.indexOf(step)
  const failures = { ...(shown ? draftFailures(step, draft) : {}), ...refused }
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new step moves the focus to its heading
  useEffect(() => {
    if (index > 0) heading.current?.focus()
  }, [step])

  const change = (part: Partial<TenantDraft>) => {
    setDraft((before) => ({ ...before, ...part }))
    setRefused({})
    key.current = newId('key')
  }
  const goTo = (next: WizardStep) => {
    setShown(false)
    setStep(next)
  }
  const create = () =>
    send.mutate(
      { body: toRequest(draft), idempotencyKey: key.current },
      {
        onSuccess: ({
          tenant,
          operation,
          invitation,
        }: {
          tenant: Tenant
          operation: { id: string }
          invitation: { url: string; email: string; expires_at: string }
        }) => {
          setInvitation({ [tenant.id]: invitation })
          navigate(`/operations/${operation.id}/show`)
        },
        onError: (error) => {
          const fields = error instanceof ConsoleError ? ((error.body as { errors?: Record<string, string> } | null)?.errors ?? {}) : {}
          const first = Object.keys(fields)[0]?.split('.')[0]
          const code = error.code.startsWith('slug_')
            ? 'slug'
            : error.code === 'unknown_plan'
              ? 'plan'
              : error.code === 'unknown_vertical'
                ? 'verticals'
                : first
          if (!code) return
          const field = code === 'name' ? 'name_en' : code
          setRefused({ [field]: `error.${error.code}` })
          goTo(stepOfField[code] ?? 'review')
        },
      },
    )
  const next = (event: FormEvent) => {
    event.preventDefault()
    const missing = draftFailures(step, draft)
    if (Object.keys(missing).length > 0) {
      setShown(true)
      const first = Object.keys(missing)[0]
      document.querySelector<HTMLElement>(`[name="${first}"]`)?.focus()
      return
    }
    if (step === 'review') create()
    else goTo(wizardSteps[index + 1] ?? 'review')
  }

  const View = stepViews[step]
  const props: StepProps = { draft, change, failures, goTo }
  return (
    <Box sx={{ maxWidth: 860, marginInline: 'auto', paddingBlockStart: 2 }}>
      <Title title="resources.tenants.create" />
      <Stepper nonLinear activeStep={index} alternativeLabel={narrow} sx={{ marginBlockEnd: 2, overflowX: 'auto' }}>
        {wizardSteps.map((name, position) => (
          <Step key={name} completed={position < index}>
            <StepButton disabled={position > index} onClick={() => goTo(name)}>
              {narrow && name !== step ? (
                <Box component="span" sx={visuallyHidden}>
                  {t(`wizard.${name}`)}
                </Box>
              ) : (
                t(`wizard.${name}`)
              )}
            </StepButton>
          </Step>
        ))}
      </Stepper>
      <Card component="form" noValidate onSubmit={next}>
        <CardContent sx={{ padding: { xs: 2, md: 3 } }}>
          <Box
            component="h2"
            ref={heading}
            tabIndex={-1}
            sx={{ marginBlockStart: 0, marginBlockEnd: 0.5, fontSize: '1.25rem', fontWeight: 600, outline: 'none' }}
          >
            {t(`wizard.${step}`)}
          </Box>
          <Box sx={{ color: 'text.secondary', marginBlockEnd: 2 }}>{t(`wizard.${step}_text`)}</Box>
          <View {...props} />
          <FailureAlert error={send.error} sx={{ marginBlockStart: 2 }} />
        </CardContent>
        <Stack direction="row" sx={{ justifyContent: 'space-between', padding: 2, borderBlockStart: 1, borderColor: 'divider' }}>
          <Button
            onClick={() => (index === 0 ? navigate('/tenants') : goTo(wizardSteps[index - 1] ?? 'identity'))}
            disabled={send.isPending}
          >
            {t(index === 0 ? 'ra.action.cancel' : 'wizard.back')}
          </Button>
          <Button type="submit" variant="contained" loading={send.isPending}>
            {t(step === 'review' ? 'wizard.create' : 'wizard.next')}
          </Button>
        </Stack>
      </Card>
    </Box>
  )
}

const visuallyHidden = { position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' } as const
