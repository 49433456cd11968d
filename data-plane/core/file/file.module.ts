import { Module } from '@nestjs/common'
import { FileStore } from './file.store.ts'

@Module({ providers: [FileStore], exports: [FileStore] })
export class FileModule {}
