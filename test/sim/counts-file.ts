/** Where a big run leaves its picture and what it has counted: in a folder that git ignores. */
export function countsFile(
  fans: number,
  hours: number,
  policy: 'fifo' | 'draw' = 'fifo',
): { counts: URL; picture: URL } {
  const drawn = policy === 'draw' ? '-draw' : '';
  const base = new URL(`../../.sim/${fans}-fans-${hours}-hours${drawn}`, import.meta.url);
  return { counts: new URL(`${base.href}.json`), picture: new URL(`${base.href}.svg`) };
}
