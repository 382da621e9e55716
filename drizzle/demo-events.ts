import { REHEARSAL_ROUND } from '../durable-objects/core/fairness/recorded-rounds.ts';
import { concertPlan, stadiumPlan, theatrePlan } from '../durable-objects/core/plan-geometry.ts';
import type { Category, SeatPlan } from '../durable-objects/core/plan.ts';
import type { StoredSettings } from './schema.ts';

/** An event of the seed. Days are counted from the time of seeding. */
export interface DemoEvent {
  id: string;
  name: string;
  description: string;
  venue: { name: string; city: string; timeZone: string };
  /** Negative: the sale is open at once. */
  opensInDays: number;
  startsInDays: number;
  /** Local time of the venue, in hours after midnight UTC. */
  startHourUtc: number;
  settings: StoredSettings;
  plan: SeatPlan;
  categories: readonly Category[];
}

const MINUTE = 60_000;

/** The default of the design: 50 people every 30 s, three minutes to come in, a quarter of an hour inside. */
const settings: StoredSettings = {
  lobby: 'fifo',
  admission: {
    batchSize: 50,
    everyMs: 30_000,
    slots: 500,
    claimWindowMs: 3 * MINUTE,
    graceMs: 10 * MINUTE,
    sessionMs: 15 * MINUTE,
  },
  holdTtlMs: 10 * MINUTE,
  payingTtlMs: 15 * MINUTE,
  seatsPerAccount: 6,
  joinLimit: { max: 5, windowMs: 5 * MINUTE },
  leaves: 1,
};

/** The events of the seed; a function, because the plans are generated. */
export function demoEvents(): readonly DemoEvent[] {
  return [
    {
      id: 'coldplay-mumbai',
      name: 'Coldplay: Music Of The Spheres World Tour',
      description:
        'The tour that thirteen million people wanted to see. One night under the lights of Navi Mumbai, with confetti, wristbands and the whole stadium singing.',
      venue: { name: 'DY Patil Stadium', city: 'Mumbai', timeZone: 'Asia/Kolkata' },
      opensInDays: -0.01,
      startsInDays: 60,
      startHourUtc: 13.5,
      settings,
      ...concertPlan(),
    },
    {
      id: 'nutcracker-theatre',
      name: 'The Nutcracker',
      description:
        'Tchaikovsky’s ballet with a live orchestra, in a theatre where every seat is a good one.',
      venue: { name: 'Prithvi Theatre', city: 'Mumbai', timeZone: 'Asia/Kolkata' },
      opensInDays: -0.01,
      startsInDays: 33,
      startHourUtc: 14,
      settings: {
        ...settings,
        seatsPerAccount: 8,
        refuseOrphans: true,
        requireVerifiedEmail: true,
        admission: { ...settings.admission, batchSize: 20, slots: 60 },
      },
      ...theatrePlan(),
    },
    {
      id: 'mehfil-night',
      name: 'Mehfil: a Night of Ghazals',
      description:
        'Three hundred seats and a harmonium. Everybody who is in the lobby when the sale opens takes part in a draw; how it was made can be verified afterwards.',
      venue: { name: 'Prithvi Theatre', city: 'Mumbai', timeZone: 'Asia/Kolkata' },
      opensInDays: 5 / (24 * 60),
      startsInDays: 40,
      startHourUtc: 14,
      settings: {
        ...settings,
        refuseOrphans: true,
        lobby: 'draw',
        drandRound: REHEARSAL_ROUND.round,
        admission: { ...settings.admission, batchSize: 20, slots: 60 },
      },
      ...theatrePlan(),
    },
    {
      id: 'stadium-final',
      name: 'The Stadium Final',
      description:
        'Sixty thousand seats, one match. The lobby is open: those who come before the sale keep their place.',
      venue: { name: 'Grand Stadium', city: 'Ahmedabad', timeZone: 'Asia/Kolkata' },
      opensInDays: 7,
      startsInDays: 90,
      startHourUtc: 8.5,
      settings: { ...settings, admission: { ...settings.admission, batchSize: 200, slots: 4000 } },
      ...stadiumPlan(),
    },
  ];
}
