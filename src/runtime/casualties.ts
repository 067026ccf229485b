// What becomes of records that do not make it: bad ones by the policy of --on-error, late ones into their file, all of them
// into the counts of the summary.

import { summaryLine } from './cli/terminal/summary.ts'
import { Losses } from './losses.ts'
import { fromByteString } from './model/byte-string.ts'
import { RecordError } from './model/record-error.ts'
import { placeOf, plainValue, type StreamRecord } from './model/stream-record.ts'
import type { DropReason } from './operators/processor.ts'
import type { RunSettings } from './run-settings.ts'
import { faultError, type Fault } from './stdio/input-faults.ts'
import { RawFile } from './stdio/raw-file.ts'

export class Casualties {
  readonly losses = new Losses()
  private readonly settings: RunSettings
  private readonly keep: (value: object) => void
  private faults = 0
  private lateFile: RawFile | undefined
  private asideFile: RawFile | undefined

  /** @param keep puts an error object into the output, for the policy of that name. */
  constructor(settings: RunSettings, keep: (value: object) => void) {
    this.settings = settings
    this.keep = keep
  }

  async open(): Promise<void> {
    const { lateFile, asideFile } = this.settings
    if (lateFile !== undefined) this.lateFile = await RawFile.open(lateFile)
    if (asideFile !== undefined) this.asideFile = await RawFile.open(asideFile)
  }

  /**
   * A record that cannot be used. Throws the KsError that ends the run, if it is to end.
   * @param topic the one that its caller puts it into.
   */
  fault(fault: Fault, topic?: string): boolean {
    const { errorPolicy, maxErrors, asideFile } = this.settings
    this.faults++
    if (errorPolicy === 'fail') throw faultError(fault)
    if (maxErrors !== undefined && this.faults > maxErrors) {
      throw faultError({ ...fault, hint: `more than ${String(maxErrors)} bad records (--max-errors)` })
    }
    this.asideFile?.append(fault.raw)
    if (errorPolicy === 'keep') {
      this.keepInOutput(fault)
    }
    const keptIn = errorPolicy === 'keep' ? 'the output' : (topic ?? asideFile)
    this.losses.add('bad record', fault.place, fault.message, keptIn)
    return true
  }

  /**
   * A record that an operator has let go.
   * @param lateTopic the one that its caller puts late records into.
   */
  dropped(record: StreamRecord, reason: DropReason, detail: string | undefined, lateTopic?: string): void {
    if (reason === 'late') this.lateFile?.appendValue(plainValue(record.value))
    // A join without a match is what was asked for.
    if (reason === 'unmatched' && !this.settings.verbose) return
    const keptIn = reason === 'late' ? (lateTopic ?? this.settings.lateFile) : undefined
    this.losses.add(reason, placeOf(record.origin), detail, keptIn)
  }

  private keepInOutput(fault: Fault): void {
    try {
      this.keep({ __error: fault.message, __place: fault.place, __raw: fromByteString(fault.raw) })
    } catch (error) {
      if (!(error instanceof RecordError)) throw error
      throw faultError({ ...fault, hint: `--on-error keep cannot put it into the output: ${error.message}` })
    }
  }

  /** One line for standard error; undefined if there is nothing to say. */
  summary(): string | undefined {
    return summaryLine(this.losses.list())
  }

  async flush(): Promise<void> {
    await this.lateFile?.flush()
    await this.asideFile?.flush()
  }

  async close(): Promise<void> {
    await this.lateFile?.close()
    this.lateFile = undefined
    await this.asideFile?.close()
    this.asideFile = undefined
  }
}
