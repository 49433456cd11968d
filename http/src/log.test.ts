import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { createLog } from './log.ts'

it('writes one JSON object per line in the field names of G1, without personal data', () => {
  const lines: string[] = []
  const log = createLog('data-plane', { tenant_id: 'tnt_1' }, { write: (line) => lines.push(line) })
  log.info(
    {
      correlation_id: 'c',
      user_id: null,
      method: 'GET',
      path: '/',
      status: 200,
      duration_ms: 1,
      customer: { email: 'a@b.test', phone: '+966' },
      token: 't',
    },
    'request',
  )
  const line = JSON.parse(lines[0] ?? '')
  expect(line).toMatchObject({ level: 'INFO', service: 'data-plane', tenant_id: 'tnt_1', correlation_id: 'c', message: 'request' })
  expect(new Date(line.timestamp).getTime()).toBeGreaterThan(0)
  expect(lines[0]).not.toMatch(/a@b\.test|\+966|"t"/)
})

it('tells of an error what went wrong, and none of the values a database driver hangs on it', () => {
  const lines: string[] = []
  const log = createLog('data-plane', {}, { write: (line) => lines.push(line) })
  const cause = Object.assign(new Error('duplicate key value'), {
    code: '23505',
    constraint: 'customer_email_key',
    detail: 'Key (email)=(noura@example.sa) already exists.',
  })
  log.error({ error: new Error('unexpected', { cause }) }, 'failed')
  expect(JSON.parse(lines[0] ?? '').error).toMatchObject({
    message: 'unexpected',
    cause: { code: '23505', constraint: 'customer_email_key' },
  })
  expect(lines[0]).not.toContain('noura')
})

it('loses no line when the process ends right after it', () => {
  const script = `import { createLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)}; const log = createLog('x'); for (let i = 0; i < 50; i++) log.info({ i }, 'line'); process.exit(0)`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', script], {
    encoding: 'utf8',
  })
  expect(stdout.trim().split('\n')).toHaveLength(50)
})

it('hides secrets also in what a logger carries along, and leaves the caller its object', () => {
  const lines: string[] = []
  const customer = { id: 'cus_1', phone: '+966' }
  createLog('data-plane', {}, { write: (line) => lines.push(line) })
    .child({ token: 't', session: { secret: 's' } })
    .info({ customer, password: 'p' }, 'signed in')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    token: '[redacted]',
    session: { secret: '[redacted]' },
    customer: { id: 'cus_1', phone: '[redacted]' },
    password: '[redacted]',
  })
  expect(customer.phone).toBe('+966')
})
