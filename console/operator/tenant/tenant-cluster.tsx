import type { ClusterObservation, Finding, ObservedPod } from '@cityos/contract'
import { readTenantCluster, type Tenant } from '@cityos/control-plane/contract'
import { Alert, AlertTitle, Box, Button, Stack, Table, TableBody, TableCell, TableHead, TableRow, Typography } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { Ident, When } from '../../fields/values.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'
import { PodLogs } from './pod-logs.tsx'

/** The tenant as its cluster sees it: what is wrong, its pods, what has happened to them, and how full its quota is. */
export function TenantCluster({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const [pod, setPod] = useState<string | null>(null)
  const { data, error, refetch } = useRead(readTenantCluster, { params: { id: tenant.id } }, { refetchInterval: 5_000 })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  const { cell, observation, fault } = data
  if (cell === null) return <Typography color="textSecondary">{t('cluster.none')}</Typography>
  return (
    <Stack spacing={2}>
      {fault && (
        <Alert severity="error">
          <AlertTitle>{t(`error.${fault.code}`, { _: fault.code })}</AlertTitle>
          {fault.message}
        </Alert>
      )}
      <Panel title={t('tenant.cluster')}>
        <Facts
          facts={[
            { label: 'cell.name', value: <Ident value={cell} /> },
            { label: 'cell.region', value: data.region },
            { label: 'cluster.namespace', value: <Ident value={observation?.namespace} copy /> },
          ]}
        />
      </Panel>
      {observation && (
        <>
          <Findings findings={observation.findings} />
          <Pods pods={observation.pods} chosen={pod} choose={setPod} />
          {pod !== null && <PodLogs tenantId={tenant.id} pod={pod} />}
          <Quota quota={observation.quota} />
          <Events events={observation.events} />
        </>
      )}
    </Stack>
  )
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  const t = useTranslate()
  if (findings.length === 0) return <Alert severity="success">{t('cluster.well')}</Alert>
  return (
    <Stack spacing={1} role="list">
      {findings.map((finding) => (
        <Alert key={`${finding.code} ${finding.object}`} role="listitem" severity={finding.repairable ? 'info' : 'warning'}>
          <AlertTitle>
            {t(`finding.${finding.code}`)} · <Ident value={finding.object} />
          </AlertTitle>
          {finding.message}
          {finding.repairable && <Typography variant="body2">{t('cluster.repairs')}</Typography>}
        </Alert>
      ))}
    </Stack>
  )
}

interface Choice {
  pods: readonly ObservedPod[]
  chosen: string | null
  choose: (pod: string | null) => void
}

function Pods({ pods, chosen, choose }: Choice) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const columns = [
    'cluster.pod',
    'field.role',
    'field.status',
    'field.restarts',
    'field.release',
    'cluster.node',
    'field.started_at',
    'field.actions',
  ]
  return (
    <Panel title={t('cluster.pods')}>
      {pods.length === 0 ? (
        <Typography color="textSecondary">{t('cluster.no_pods')}</Typography>
      ) : (
        <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={t('cluster.pods')}>
          <Table size="small">
            <TableHead>
              <TableRow>
                {columns.map((column) => (
                  <TableCell key={column}>{t(column)}</TableCell>
                ))}
              </TableRow>
            </TableHead>
            <TableBody>
              {pods.map((pod) => (
                <TableRow key={pod.name} selected={pod.name === chosen}>
                  <TableCell>
                    <Ident value={pod.name} />
                  </TableCell>
                  <TableCell>{pod.role === null ? '–' : t(`cluster.role.${pod.role}`, { _: pod.role })}</TableCell>
                  <TableCell>
                    {t(pod.ready ? 'cluster.ready' : 'cluster.not_ready')}
                    <Typography variant="body2" color="textSecondary">
                      {[pod.phase, pod.reason, pod.message].filter(Boolean).join(' · ')}
                    </Typography>
                  </TableCell>
                  <TableCell>{formatNumber(pod.restarts, locale)}</TableCell>
                  <TableCell>
                    <Ident value={pod.image.split(':').at(-1)} />
                  </TableCell>
                  <TableCell>
                    <Ident value={pod.node} />
                  </TableCell>
                  <TableCell>
                    <When at={pod.started_at} ago />
                  </TableCell>
                  <TableCell>
                    <Button size="small" onClick={() => choose(pod.name === chosen ? null : pod.name)} aria-expanded={pod.name === chosen}>
                      {t('tenant.logs')}
                    </Button>
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </Box>
      )}
    </Panel>
  )
}

function Quota({ quota }: Pick<ClusterObservation, 'quota'>) {
  const t = useTranslate()
  if (quota.length === 0) return null
  return (
    <Panel title={t('cluster.quota')}>
      <Table size="small">
        <TableHead>
          <TableRow>
            {['field.resource', 'cluster.used', 'cluster.hard'].map((column) => (
              <TableCell key={column}>{t(column)}</TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {quota.map(({ resource, used, hard }) => (
            <TableRow key={resource}>
              {[resource, used, hard].map((value, index) => (
                <TableCell key={['resource', 'used', 'hard'][index]}>
                  <Ident value={value} />
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Panel>
  )
}

function Events({ events }: Pick<ClusterObservation, 'events'>) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  return (
    <Panel title={t('cluster.events')}>
      {events.length === 0 ? (
        <Typography color="textSecondary">{t('cluster.no_events')}</Typography>
      ) : (
        <Stack
          component="ul"
          sx={{ listStyle: 'none', padding: 0, margin: 0, '& li + li': { borderBlockStart: 1, borderColor: 'divider' } }}
        >
          {events.map((event) => (
            <Box component="li" key={`${event.at} ${event.object} ${event.reason} ${event.message}`} sx={{ paddingBlock: 1 }}>
              <Stack direction="row" sx={{ justifyContent: 'space-between', flexWrap: 'wrap', columnGap: 2 }}>
                <Typography variant="subtitle2" component="span" sx={{ overflowWrap: 'anywhere' }}>
                  <Ident value={event.reason} />
                  {event.count > 1 && (
                    <>
                      {' '}
                      <bdi>{`× ${formatNumber(event.count, locale)}`}</bdi>
                    </>
                  )}
                </Typography>
                <Typography variant="body2" color="textSecondary" component="span">
                  <When at={event.at} ago />
                </Typography>
              </Stack>
              <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: 'anywhere' }}>
                <Ident value={event.object} />
              </Typography>
              <Typography variant="body2" dir="auto" sx={{ overflowWrap: 'anywhere' }}>
                {event.message}
              </Typography>
            </Box>
          ))}
        </Stack>
      )}
    </Panel>
  )
}
