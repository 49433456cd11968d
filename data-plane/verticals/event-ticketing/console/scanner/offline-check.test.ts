import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { SyncedTicket } from '../../contract.ts'
import { afterScan, checkOffline, type KeptList, lightOf, typedCode } from './offline-check.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const list: KeptList = { id: 'lst_1', allowExit: false, publicKey: publicKey.export({ format: 'jwk' }) as KeptList['publicKey'] }
const secret = 'a'.repeat(43)
const qr = (id: string, its = secret) => {
  const body = `CT1.${id}.${its}`
  return `${body}.${sign(null, Buffer.from(body), privateKey).toString('base64url')}`
}
const ticket: SyncedTicket = {
  id: 'tkt_1',
  code: '7K2M-9Q4D',
  secret_hash: createHash('sha256').update(secret).digest('base64url'),
  status: 'valid',
  type: 'typ_1',
  name: 'Noura',
  seat: null,
  entries: 0,
  allowed: 1,
  inside: false,
  first_at: null,
}
const kept = (rows: SyncedTicket[]) => ({
  byId: (id: string) => rows.find((row) => row.id === id),
  byCode: (code: string) => rows.find((row) => row.code === code),
})
const check = (code: string, rows = [ticket], kind: 'entry' | 'exit' = 'entry', on = list) =>
  checkOffline(code, kind, on, kept(rows)).then((answer) => answer.result)

describe('scanning without a network', () => {
  it('lets a downloaded ticket in once, by its QR code or its typed code', async () => {
    expect(await check(qr('tkt_1'))).toBe('ok')
    expect(await check('7k2m 9q4d')).toBe('ok')
    const entered = afterScan(ticket, 'entry', '2026-11-22T18:00:00.000Z')
    expect(entered.first_at).toBe('2026-11-22T18:00:00.000Z')
    expect(await check(qr('tkt_1'), [entered])).toBe('already_used')
  })

  it('refuses the code of a ticket that was passed on, and tickets that are not valid', async () => {
    expect(await check(qr('tkt_1', 'b'.repeat(43)))).toBe('unknown')
    expect(await check(qr('tkt_1'), [{ ...ticket, status: 'refunded' }])).toBe('refunded')
    expect(await check(qr('tkt_1'), [{ ...ticket, status: 'blocked' }])).toBe('blocked')
  })

  it('knows a genuine ticket sold since the download from a forged one', async () => {
    expect(await check(qr('tkt_new'))).toBe('unlisted')
    const forged = `${qr('tkt_new').slice(0, -4)}AAAA`
    expect(await check(forged)).toBe('unknown')
    expect(await check('ZZZZ-ZZZZ')).toBe('unknown')
  })

  it('counts who is inside on lists with exit', async () => {
    const withExit = { ...list, allowExit: true }
    const inside = afterScan({ ...ticket, allowed: 3 }, 'entry', '2026-11-22T18:00:00.000Z')
    expect(await check('7K2M-9Q4D', [inside], 'entry', withExit)).toBe('already_inside')
    expect(await check('7K2M-9Q4D', [inside], 'exit', withExit)).toBe('ok')
    expect(await check('7K2M-9Q4D', [afterScan(inside, 'exit', '')], 'entry', withExit)).toBe('ok')
    expect(await check('7K2M-9Q4D', [inside], 'exit')).toBe('exit_not_allowed')
  })

  it('shows one of three lights and reads codes as people type them', () => {
    expect([lightOf('ok'), lightOf('already_used'), lightOf('unlisted'), lightOf('unknown'), lightOf('wrong_list')]).toEqual([
      'green',
      'amber',
      'amber',
      'red',
      'red',
    ])
    expect(typedCode('7k2mo9qi')).toBe('7K2M-09Q1')
  })
})
