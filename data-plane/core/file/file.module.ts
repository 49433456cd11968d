import { Module } from '@nestjs/common'
import { FileController } from './file.controller.ts'
import { FileService } from './file.service.ts'
import { FileStore } from './file.store.ts'
import { UnusedUploads } from './unused-uploads.ts'

@Module({ controllers: [FileController], providers: [FileService, FileStore, UnusedUploads], exports: [FileService, FileStore] })
export class FileModule {}
