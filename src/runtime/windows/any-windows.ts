// The kinds of windows that an aggregation can have; each has a field that the others lack.

import type { SessionWindows } from './session-windows.ts'
import type { SlidingWindows } from './sliding-windows.ts'
import type { TimeWindows } from './time-windows.ts'
import type { UnlimitedWindows } from './unlimited-windows.ts'

/** Time windows have `sizeMs`, sessions `gapMs`, sliding windows `differenceMs`, unlimited ones `startMs`. */
export type AnyWindows = TimeWindows | SessionWindows | SlidingWindows | UnlimitedWindows
