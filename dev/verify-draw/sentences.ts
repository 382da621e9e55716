import type { Check, Fault, Finding } from '../../durable-objects/core/fairness/audit.ts';
import type { PlaceFault } from '../../durable-objects/core/fairness/check-place.ts';

const HOLDS: Record<Check, string> = {
  chain:
    'Every place was given out once, in one line: the grants follow on from each other and lead to the published head.',
  round: 'The round of public randomness is the one named beforehand.',
  seal: 'The lobby that was drawn is everybody who was granted a place before opening, and nobody else.',
  beacon: 'The randomness is drand’s: the network signed that round.',
  secret: 'The operator’s secret is the one whose hash was published before anybody joined.',
  seed: 'The seed follows from the secret, the lobby and the randomness.',
  admissions:
    'Admission only ever moved forward, and nobody was called before opening or before the draw.',
  gaps: 'The places given up lie within the line.',
};

const PENDING: Record<Check, string> = {
  ...HOLDS,
  seal: 'The lobby is not sealed yet.',
  beacon: 'The randomness is not known yet.',
  secret: 'The operator’s secret is not revealed yet.',
  seed: 'The lobby is not drawn yet.',
};

const FAULTS: Record<Fault, string> = {
  malformed: 'an entry is not of the right form',
  out_of_sequence: 'a grant is missing, or was put somewhere else',
  gap: 'places were left out',
  overlap: 'places overlap those before: somebody was put in front',
  earlier_time: 'an entry is dated before the one before it',
  batch_twice: 'one batch got two ranges',
  incomplete: 'the record does not hold all grants, so the whole line cannot be verified',
  head_differs: 'the grants do not lead to the published head: something was altered',
  other_network: 'the randomness is not from drand’s quicknet',
  other_round: 'the round is not the first one after opening and the margin',
  known_round:
    'everybody knew the randomness of this round beforehand; that is only good for a rehearsal (--rehearsal)',
  not_the_lobby: 'the sealed grants are not those made before opening',
  seal_differs: 'the seal does not fit the grants it covers',
  sealed_late: 'the lobby was sealed when the randomness was already public',
  not_signed: 'the network did not sign this round so',
  other_secret: 'the secret is not the one whose hash was published',
  seed_differs: 'the seed does not follow from its parts',
  cursor_back: 'admission moved back',
  beyond_the_line: 'an entry lies beyond the places given out',
  before_opening: 'people were called before opening',
  before_the_draw: 'people were called before the lobby was drawn',
};

const TOPICS: Record<Check, string> = {
  chain: 'The line of grants',
  round: 'The round of public randomness',
  seal: 'The seal of the lobby',
  beacon: 'The public randomness',
  secret: 'The operator’s secret',
  seed: 'The seed of the draw',
  admissions: 'The admissions',
  gaps: 'The places given up',
};

/** What a finding says, in a sentence. */
export function sentenceOf(finding: Finding): string {
  if (finding.verdict === 'holds') return HOLDS[finding.check];
  if (finding.verdict === 'pending') return PENDING[finding.check];
  const where = finding.at === null ? '' : ` (entry ${finding.at})`;
  return `${TOPICS[finding.check]}: ${FAULTS[finding.code]}${where}.`;
}

/** Why a receipt gives no place, in a sentence. */
export const RECEIPT_FAULTS: Record<PlaceFault, string> = {
  malformed: 'This is no receipt; it may have been cut off when it was copied.',
  other_event: 'The receipt is for another event.',
  bad_signature: 'The receipt was not signed with the key in the record.',
  not_proven: 'The receipt is not this account’s, or its path was altered.',
  not_yet_published:
    'The receipt is signed, but newer than this record: take a fresh one. If that ends before the receipt too, the place is being withheld.',
  not_in_the_chain:
    'The receipt is signed, but the record says otherwise: the line was altered after it was given out.',
};
