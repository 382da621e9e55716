/** When fans come, as ms after the start; `opensAfter` is the opening. Shares add up to 1. */
export interface Arrivals {
  /** Come before opening, ever more of them as it nears. */
  lobby: { share: number; ms: number; rampMs: number };
  /** Come at the opening: most of them at once, the rest ever fewer. */
  spike: { share: number; ms: number; fadeMs: number };
  /** Come evenly until `ms` after the opening. */
  trickle: { share: number; ms: number };
}

/** Share of all fans that have come `ms` after the start, 0 to 1. */
export function arrivedBy(arrivals: Arrivals, ms: number): number {
  const { lobby, spike, trickle } = arrivals;
  const open = ms - lobby.ms;
  return (
    lobby.share * ramp(Math.min(ms, lobby.ms), lobby) +
    spike.share * fade(Math.min(open, spike.ms), spike) +
    trickle.share * Math.min(1, Math.max(0, open / trickle.ms))
  );
}

function ramp(ms: number, { ms: length, rampMs }: Arrivals['lobby']): number {
  if (length === 0) return 1;
  const at = (t: number) => Math.exp((t - length) / rampMs);
  return Math.max(0, (at(ms) - at(0)) / (1 - at(0)));
}

function fade(ms: number, { ms: length, fadeMs }: Arrivals['spike']): number {
  if (ms <= 0) return 0;
  return (1 - Math.exp(-ms / fadeMs)) / (1 - Math.exp(-length / fadeMs));
}
