// Which program a stage belongs to, in a file beside its state: state of one program must not be taken for another's.

import { KsError } from '../model/errors.ts'
import { createRecordFile, readRecordFile } from './private-files.ts'
import { fingerprintFile, type StageDirectory } from './state-directory.ts'

/** A program as its stage remembers it. */
export interface StageFingerprint {
  /** As the user typed it. It is shown in messages, so it has no secrets in it. */
  readonly command: string
  /** Equal for programs that may go on with each other's state. */
  readonly fingerprint: string
  /** When the stage was first used, ms. */
  readonly created: number
}

const fingerprintFormat = 1

/**
 * Makes a stage the property of a program, or checks that it is already. Throws a `KsError` of kind `config` if it
 * belongs to another one, even if that one claims it at the same moment.
 */
export const claimStage = async (stage: StageDirectory, program: StageFingerprint): Promise<void> => {
  let owner = await readFingerprint(stage)
  if (owner === undefined) {
    const { command, fingerprint, created } = program
    await createRecordFile(fingerprintFile(stage), { format: fingerprintFormat, command, fingerprint, created })
    owner = await readFingerprint(stage)
  }
  if (owner === undefined || owner.fingerprint === program.fingerprint) return
  const { applicationId } = stage
  throw new KsError(
    'config',
    `the state of stage '${stage.stage}' in application '${applicationId}' belongs to another program\n` +
      `  there: ${owner.command}\n  here:  ${program.command}`,
    { hint: `give this one another --name, or remove the old state with \`ks state rm ${applicationId}\`` },
  )
}

/** The program that a stage belongs to, if one has claimed it. Throws a `KsError` if the file cannot be understood. */
export const readFingerprint = async (stage: StageDirectory): Promise<StageFingerprint | undefined> => {
  const file = fingerprintFile(stage)
  const record = await readRecordFile(file)
  if (record === undefined) return undefined
  const { format, command, fingerprint, created } = record
  if (typeof format === 'number' && format !== fingerprintFormat) {
    throw new KsError('config', `${file} has format ${format}, this version of ks reads format ${fingerprintFormat}`, {
      hint: 'use the version that wrote it',
    })
  }
  if (typeof command === 'string' && typeof fingerprint === 'string' && typeof created === 'number') {
    return { command, fingerprint, created }
  }
  throw new KsError('io', `${file} is damaged`, {
    hint: `remove the state with \`ks state rm ${stage.applicationId}\``,
  })
}
