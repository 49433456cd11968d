import { Injectable } from '@nestjs/common'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Prometheus metrics of one process, scraped at `/metrics` (G2, docs/spec/requirements.md). */
@Injectable()
export class Metrics {
  readonly registry = new Registry()
  readonly #requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the last byte of the request to the answer, by operation and status class',
    labelNames: ['operation', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  })
  #answered = 0

  constructor() {
    new Gauge({
      name: 'process_resident_memory_bytes',
      help: 'Resident memory',
      registers: [this.registry],
      collect() {
        this.set(process.memoryUsage.rss())
      },
    })
    new Gauge({
      name: 'process_cpu_seconds_total',
      help: 'CPU time, user and system',
      registers: [this.registry],
      collect() {
        const used = process.cpuUsage()
        this.set((used.user + used.system) / 1e6)
      },
    })
  }

  /** Requests answered since the process started. */
  get answered(): number {
    return this.#answered
  }

  observeRequest(operation: string, status: number, seconds: number): void {
    this.#answered += 1
    this.#requests.observe({ operation, status: `${Math.floor(status / 100)}xx` }, seconds)
  }

  counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] })
  }

  histogram(name: string, help: string, labelNames: string[], buckets: number[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] })
  }

  /** A value read when it is scraped. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        this.set(await read())
      },
    })
  }

  text(): Promise<string> {
    return this.registry.metrics()
  }
}
