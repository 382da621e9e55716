import { BILLING, CPU_MS } from './bill/prices.ts';
import { CALM_HABITS } from './fans/habits.ts';
import { LATENCY } from './scenario.ts';

/** What a big run and its bill take for granted, in words: everything else in them is counted. */
export function assumed(): string[] {
  const { polls, signsIn, leaves, hides, opensTab, comesBack, noShow, late, buys } = CALM_HABITS;
  const { whims, whimMs, awayMs, claimMs, stepMs } = CALM_HABITS;
  const { hop, fan, commit } = LATENCY;
  const way = ({ least, mean }: { least: number; mean: number }): string =>
    `${least} ms and ${mean} more in the mean`;
  return [
    `${percent(polls)} of the fans have no socket and poll`,
    `${percent(signsIn)} sign in during the sale, all others hold an access token that has not ended`,
    `a waiting fan has a whim every ${minutes(whimMs)}, ${whims} at most: ${percent(leaves)} leave, ${percent(hides)} hide the page for ${minutes(awayMs)}, ${percent(opensTab)} open a tab; ${percent(comesBack)} of those who left come back`,
    `of those called ${percent(noShow)} never come and ${percent(late)} come late, the others after ${claimMs / 1_000} s; ${percent(buys)} of those inside buy, in steps of ${stepMs / 1_000} s`,
    'a fan comes by the event’s page, and loads another only with a tab',
    `a message takes ${way(hop)} between objects, ${way(fan)} to a fan; a write ${way(commit)}`,
    `a Worker request takes ${CPU_MS['default']} ms of CPU, a sign-in ${CPU_MS['sign-in']} ms`,
    `Postgres runs on ${BILLING.neonCu} CU; mail and Stripe’s share of a payment are not in the lists and not in the bill`,
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function minutes(ms: number): string {
  return `${ms / 60_000} min`;
}
