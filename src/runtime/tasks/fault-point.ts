// Places where a test can kill the process, to see that what is on disk is enough to go on.

/** The places, in the order in which a run comes by. */
export type FaultPoint =
  | 'state-opened'
  | 'input-opened'
  | 'block-processed'
  | 'restored'
  | 'mid-restore'
  | 'mid-rebalance'
  | 'before-flush'
  | 'after-flush'
  | 'before-commit'
  | 'sink-appended'
  | 'sink-synced'
  | 'before-add-partitions'
  | 'after-add-partitions'
  | 'before-produce'
  | 'before-add-offsets'
  | 'after-add-offsets'
  | 'after-txn-offset-commit'
  | 'before-end-txn'
  | 'after-end-txn'
  | 'before-batch'
  | 'after-produce'
  | 'after-batch'
  | 'after-offsets'
  | 'before-close'
  | 'after-close'

/** `name` or `name:count`: die the count-th time. */
const wanted = process.env['KS_FAULT_POINT']?.split(':')
let left = Number(wanted?.[1] ?? 1)

/** Dies without any clean-up if the environment asks for it (KS_FAULT_POINT); otherwise does nothing. */
export const faultPoint = (point: FaultPoint): void => {
  if (wanted === undefined || wanted[0] !== point) return
  if (--left === 0) process.kill(process.pid, 'SIGKILL')
}
