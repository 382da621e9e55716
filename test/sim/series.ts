/** What is looked at every so often in a run, for tables and pictures. */
export interface Sample {
  /** Minutes since the opening; negative in the lobby. */
  minute: number;
  joined: number;
  waiting: number;
  called: number;
  inside: number;
  seatsLeft: number;
  /** People ahead of some fans who stay, by the fan's number; null before they have a place and once called. */
  ahead: readonly (number | null)[];
}

/** People called per minute between consecutive samples. */
export function callRates(samples: readonly Sample[]): { minute: number; rate: number }[] {
  return samples.slice(1).map((sample, index) => {
    const before = samples[index] ?? sample;
    const minutes = sample.minute - before.minute;
    return { minute: sample.minute, rate: (sample.called - before.called) / minutes };
  });
}
