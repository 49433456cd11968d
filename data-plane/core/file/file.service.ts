import { timingSafeEqual } from 'node:crypto'
import { DomainError, newId } from '@cityos/contract'
import { actorId, RawAnswer, type RequestContext, readUpload } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock, later, minutes } from '../../platform/clock/clock.ts'
import { hashSecret, newSecret } from '../../platform/credential/secret.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { type CheckedContent, checkContent } from './content.ts'
import type { StoredFile, UploadSession } from './contract.ts'
import { FileStore, keyPattern } from './file.store.ts'
import { lockKey } from './unused-uploads.ts'

const mostBytes = 20 * 1024 * 1024

interface WantedUpload {
  mime: string
  bytes: number
  name?: string | undefined
  visibility: 'public' | 'private'
}

/** Uploads in two steps (a session, then the bytes), and downloads. */
@Injectable()
export class FileService {
  constructor(
    private readonly database: Database,
    private readonly store: FileStore,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly pii: Pii,
  ) {}

  /** @throws DomainError file_too_large before a byte is sent */
  async openSession(ctx: RequestContext, wanted: WantedUpload): Promise<UploadSession> {
    if (wanted.bytes > mostBytes) throw new DomainError('file_too_large', { details: { limit_bytes: mostBytes } })
    const now = this.clock.now()
    const token = newSecret()
    const expiresAt = later(now, minutes(15))
    await this.database.read
      .insertInto('upload_session')
      .values({
        id: newId('ups'),
        token_hash: hashSecret(token),
        owner: ownerOf(ctx),
        visibility: wanted.visibility,
        name: wanted.name ?? null,
        mime: wanted.mime,
        max_bytes: wanted.bytes,
        expires_at: expiresAt,
        created_at: now,
        updated_at: now,
      })
      .execute()
    return { token, upload_url: `/v1/files/sessions/${token}`, max_bytes: wanted.bytes, expires_at: expiresAt.toISOString() }
  }

  /**
   * Takes the bytes of a session, once.
   * @throws DomainError not_found, token_expired, file_too_large, asset_rejected, quota_exceeded
   */
  async upload(ctx: RequestContext, token: string): Promise<StoredFile> {
    const hash = hashSecret(token)
    const session = await this.database.read.selectFrom('upload_session').selectAll().where('token_hash', '=', hash).executeTakeFirst()
    if (!session) throw new DomainError('not_found')
    if (session.used_at || session.expires_at <= this.clock.now()) throw new DomainError('token_expired')
    const content = checkContent(await readUpload(ctx, session.max_bytes), session.mime)
    // The bytes go to disk before the row that names them: a row without its file would be worse than the reverse.
    const { key, sha256 } = await this.store.put(content.bytes, content.mime, session.visibility === 'public' ? undefined : session.id)
    return this.database.transaction(async (tx) => {
      await this.claim(tx, hash)
      await this.takeSpace(tx, content.bytes.length)
      const file = await this.record(tx, session, content, key, sha256)
      await tx.updateTable('upload_session').set({ file_id: file.id }).where('token_hash', '=', hash).execute()
      await lockKey(tx, key)
      // the last other file with these bytes may have gone in between, and they with it
      if (!(await this.store.has(key)))
        await this.store.put(content.bytes, content.mime, session.visibility === 'public' ? undefined : session.id)
      return file
    })
  }

  /** @throws DomainError not_found; token_expired for a signed address past its ten minutes */
  async download(
    ctx: RequestContext,
    key: string,
    signed: { expires?: number | undefined; signature?: string | undefined },
  ): Promise<RawAnswer> {
    if (!keyPattern.test(key)) throw new DomainError('not_found')
    const etag = `"${key.slice(0, 32)}"`
    const file = await this.database.read
      .selectFrom('file')
      .select(['mime', 'visibility', 'bytes'])
      .where('key', '=', key)
      .where('status', '=', 'ready')
      .limit(1)
      .executeTakeFirst()
    if (!file) throw new DomainError('not_found')
    if (file.visibility !== 'public') this.checkSignature(key, signed)
    const headers: Record<string, string> = {
      'content-type': file.mime,
      etag,
      'cache-control': file.visibility === 'public' ? 'public, max-age=31536000, immutable' : 'private, no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      // An SVG opened by itself is a document: it may show itself and do nothing.
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    if (ctx.headers['if-none-match'] === etag) return new RawAnswer(304, headers, null)
    return new RawAnswer(200, { ...headers, 'content-length': String(file.bytes) }, this.store.open(key))
  }

  /** An address of a private file that works for ten minutes. */
  signedUrl(key: string): string {
    const expires = Math.floor(later(this.clock.now(), minutes(10)).getTime() / 1000)
    return `/v1/files/${key}?expires=${expires}&signature=${this.signature(key, expires)}`
  }

  private checkSignature(key: string, { expires, signature }: { expires?: number | undefined; signature?: string | undefined }): void {
    if (expires === undefined || !signature) throw new DomainError('not_found')
    const expected = Buffer.from(this.signature(key, expires))
    const given = Buffer.from(signature)
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) throw new DomainError('not_found')
    if (expires * 1000 <= this.clock.now().getTime()) throw new DomainError('token_expired')
  }

  private signature(key: string, expires: number): string {
    return this.pii.index('token', `file ${key} ${expires}`)
  }

  private async claim(tx: Tx, hash: string): Promise<void> {
    const claimed = await tx
      .updateTable('upload_session')
      .set({ used_at: this.clock.now() })
      .where('token_hash', '=', hash)
      .where('used_at', 'is', null)
      .executeTakeFirst()
    if (claimed.numUpdatedRows === 0n) throw new DomainError('token_expired')
  }

  /** K1: the tenant's storage, where its plan limits it. */
  private async takeSpace(tx: Tx, bytes: number): Promise<void> {
    const megabytes = this.tenant.document.limits['storage_mb']
    const limit = megabytes === undefined ? Number.MAX_SAFE_INTEGER : megabytes * 1_048_576
    const taken = await tx
      .updateTable('file_usage')
      .set((eb) => ({ used_bytes: eb('used_bytes', '+', bytes) }))
      .where('id', '=', 'tenant')
      .where((eb) => eb(eb('used_bytes', '+', bytes), '<=', limit))
      .executeTakeFirst()
    if (taken.numUpdatedRows === 0n) throw new DomainError('quota_exceeded', { details: { metric: 'storage_bytes', limit } })
  }

  private async record(
    tx: Tx,
    session: { owner: string; visibility: string; name: string | null },
    content: CheckedContent,
    key: string,
    sha256: string,
  ): Promise<StoredFile> {
    const now = this.clock.now()
    const row = await tx
      .insertInto('file')
      .values({
        id: newId('fil'),
        key,
        name: session.name,
        owner: session.owner,
        visibility: session.visibility,
        sha256,
        bytes: content.bytes.length,
        mime: content.mime,
        width: content.width,
        height: content.height,
        status: 'ready',
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    return {
      id: row.id,
      url: session.visibility === 'public' ? `/v1/files/${key}` : this.signedUrl(key),
      mime: content.mime,
      bytes: row.bytes,
      width: row.width,
      height: row.height,
      status: 'ready',
      created_at: row.created_at.toISOString(),
    }
  }
}

/** Whose file it is: a vendor's id, or the house. Vendors use their own files only. */
export function ownerOf(ctx: RequestContext): string {
  return ctx.actor.kind === 'vendor' ? ctx.actor.vendorId : (actorId(ctx.actor) ?? 'guest')
}
