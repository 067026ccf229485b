// Trees of SQL without positions, for comparison.

/** A plain copy without positions and without what is undefined; bigints are strings with an n. */
export const bareTree = (node: unknown): unknown =>
  JSON.parse(
    JSON.stringify(node, (key, value: unknown) =>
      key === 'start' || key === 'end' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
    ),
  )
