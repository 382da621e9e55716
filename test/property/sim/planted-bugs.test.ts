import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FanPosition } from '../../../durable-objects/protocol/queue-rpc.ts';
import type { QueueState, QueueStore } from '../../../durable-objects/storage/queue-store.ts';
import { ownOrders } from '../../sim/auditor/own-draw.ts';
import { changed } from '../../sim/changed.ts';
import { WILD_HABITS } from '../../sim/fans/habits.ts';
import { Random } from '../../sim/random.ts';
import { smallScenario, type Scenario } from '../../sim/scenario.ts';
import { runThrough } from '../../sim/small.ts';
import type { Tampering, World } from '../../sim/world.ts';

const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/draw.json', import.meta.url), 'utf8'),
) as { draws: { seed: string; count: number; all?: string }[] };

interface PlantedBug {
  bug: string;
  words: RegExp;
  tampering?: Tampering;
  tamper?: (world: World) => void;
  scenario?: Partial<Scenario>;
}

/** A store that forgets what it granted: a batch asked for again gets a second range. */
function forgetsGrants(store: QueueStore): QueueStore {
  let copies = 0;
  return changed(store, {
    link: () => null,
    addLink: ({ link, head }) => store.addLink({ head, link: { ...link, child: `${++copies}` } }),
  });
}

/** A store whose figures are sometimes not written: a crash brings older ones back. */
function losesFigures(store: QueueStore): QueueStore {
  const random = new Random(1);
  return changed(store, {
    saveState: (state: QueueState) => {
      if (random.chance(0.5)) store.saveState(state);
    },
  });
}

/** The same answer, with its range moved. */
function shifted<Answer extends { ok: boolean }>(answer: Answer, by: number): Answer {
  const grant = Reflect.get(answer, 'grant') as { first: number; count: number } | undefined;
  return grant === undefined ? answer : { ...answer, grant: { ...grant, first: grant.first + by } };
}

/** Leaves that tell fans something else of their position over HTTP. */
function tellsOther(
  other: (position: FanPosition) => Partial<FanPosition>,
): (world: World) => void {
  return ({ leaves }) => {
    for (const leaf of leaves) {
      const { position } = leaf.rpc;
      leaf.rpc.position = async (request) => {
        const answer = await position(request);
        if (!answer.ok) return answer;
        return { ...answer, position: { ...answer.position, ...other(answer.position) } };
      };
    }
  };
}

const ADMISSION = {
  batchSize: 3,
  everyMs: 5_000,
  slots: 8,
  claimWindowMs: 20_000,
  graceMs: 10_000,
  sessionMs: 30_000,
};

/** Half of the fans come before the opening, and are drawn. */
const DRAWN = {
  lobby: 'draw',
  arrivals: {
    lobby: { share: 0.5, ms: 60_000, rampMs: 20_000 },
    spike: { share: 0.4, ms: 30_000, fadeMs: 5_000 },
    trickle: { share: 0.1, ms: 120_000 },
  },
} as const;

const BUGS: PlantedBug[] = [
  {
    bug: 'a batch asked for again gets a second range',
    words: /second range/,
    tampering: { queueStore: forgetsGrants },
    scenario: { faults: { 'answer lost': 0.1 } },
  },
  {
    bug: 'places are given to nobody',
    words: /was given out and nobody has it/,
    tamper: ({ sale }) => {
      const { grantPlaces } = sale.rpc;
      let ghosts = 0;
      sale.rpc.grantPlaces = async (request) => {
        if (++ghosts === 5) await grantPlaces({ ...request, child: 'ghost' });
        return grantPlaces(request);
      };
    },
  },
  {
    bug: 'a relay deals the same range to two of its children',
    words: /was told to fan \d+ and to fan|is at .* and at/,
    scenario: { leaves: 3, tree: { relays: 1, direct: 0 } },
    tamper: ({ relays }) => {
      const [relay] = relays;
      if (relay === undefined) throw new Error('the scenario has a relay');
      const { grantPlaces } = relay.rpc;
      relay.rpc.grantPlaces = async (request) => {
        const answer = await grantPlaces(request);
        return shifted(answer, request.batch > 2 ? -1 : 0);
      };
    },
  },
  {
    bug: 'figures are lost in a crash, so that the cursor or the tail goes back',
    words: /the next place is|next is|came after|tail is|cursor|a tick says|the chain is at/,
    tampering: { queueStore: losesFigures },
    scenario: { faults: { 'crash after': 0.02 } },
  },
  {
    bug: 'a leaf forgets its batches in a crash',
    words:
      /was told that there is none|and was told \d+|nobody has it|given a second range|written before|another batch/,
    tampering: { roomStore: (store) => changed(store, { batches: () => [] }) },
    scenario: { faults: { 'crash after': 0.02 } },
  },
  {
    bug: 'a leaf answers with somebody else’s place',
    words: /and was told|told to fan \d+ and to fan|never given out/,
    tamper: tellsOther(({ place }) => ({ place: place + 1 })),
  },
  {
    bug: 'a leaf tells other people ahead than there are',
    words: /hears of \d+ people ahead/,
    tamper: tellsOther(({ ahead }) => ({ ahead: Math.floor(ahead / 2) })),
  },
  {
    bug: 'somebody who stands in line is taken for gone and passed over',
    words: /counts \d+ people, there are \d+|people ahead, there are/,
    tamper: ({ sale }) => {
      const { reportLeft } = sale.rpc;
      sale.rpc.reportLeft = async (request) => {
        await reportLeft(request);
        const next = Math.max(...request.places) + 1;
        sale.desk.queue.reportLeft({ child: request.child, places: [next] });
      };
    },
  },
  {
    bug: 'a leaf reports somebody as gone who stands in line',
    words: /never asked to leave and is taken out/,
    tamper: ({ sale }) => {
      const { reportLeft } = sale.rpc;
      sale.rpc.reportLeft = (request) =>
        reportLeft({ ...request, places: [...request.places, Math.max(...request.places) + 1] });
    },
  },
  {
    bug: 'those who leave are never reported, so that everybody waits for them',
    words: /was given up and still stands in line/,
    tamper: ({ sale }) => {
      sale.rpc.reportLeft = () => Promise.resolve();
    },
  },
  {
    bug: 'somebody comes in with the place of one who has not come',
    words: /which is fan \d+'s/,
    scenario: { habits: { ...WILD_HABITS, noShow: 0.9 } },
    tamper: ({ sale }) => {
      const { claimAdmission } = sale.rpc;
      sale.rpc.claimAdmission = (request) =>
        claimAdmission({ ...request, place: Math.max(0, request.place - 1) });
    },
  },
  {
    bug: 'a socket is told a later end of the admission than is written down',
    words: /as they hear, and it is not in the book/,
    tamper: ({ leaves }) => {
      for (const leaf of leaves) {
        const { desk } = leaf;
        const claim = desk.claim.bind(desk);
        desk.claim = async (accountId) => {
          const claimed = await claim(accountId);
          if (!claimed.ok) return claimed;
          const { admission } = claimed;
          return { ...claimed, admission: { ...admission, until: admission.until + 60_000 } };
        };
      }
    },
  },
  {
    bug: 'a leaf forgets who is inside in a crash, and tells them to wait',
    words: /was inside with place \d+ and is told to wait/,
    tampering: { roomStore: (store) => changed(store, { admissions: () => [] }) },
    scenario: { faults: { 'crash after': 0.05 } },
  },
  {
    bug: 'a place that is over is given back after a crash',
    words: /is over, and then that they have it/,
    tampering: {
      roomStore: (store) =>
        changed(store, {
          setNote: (note, text) => {
            if (note !== 'feed' || store.note(note) === null) store.setNote(note, text);
          },
        }),
    },
    scenario: { faults: { 'crash after': 0.05, 'request lost': 0.2 } },
  },
  {
    bug: 'more people are let in than there are slots',
    words: /there are \d+ slots/,
    tampering: { admission: { slots: 500 } },
  },
  {
    bug: 'some may stay longer than others',
    words: /everybody may/,
    tampering: { admission: { sessionMs: 31_000 } },
  },
  {
    bug: 'the claim window is cut short behind the back of those who were called',
    words: /may come in until|was told that there is none/,
    tamper: ({ sale }) => {
      const { claimAdmission } = sale.rpc;
      let claims = 0;
      sale.rpc.claimAdmission = async (request) =>
        ++claims % 3 === 0 ? { ok: false, code: 'admission_expired' } : claimAdmission(request);
    },
  },
  {
    bug: 'timers are lost and the line stands still',
    words: /still wait, the line does not move/,
    tampering: { timers: (timers) => changed(timers, { set: () => false }) },
    scenario: {
      habits: { ...WILD_HABITS, polls: 0, whims: 0 },
      admission: { ...ADMISSION, batchSize: 1, slots: 1 },
    },
  },
  {
    bug: 'a draw is forgotten in a crash, and drawn again',
    words: /drawn a second time|were drawn, \d+ were in the lobby/,
    tampering: { queueStore: (store) => changed(store, { draw: () => null }) },
    scenario: { ...DRAWN, faults: { 'crash after': 0.05 } },
  },
  {
    bug: 'a fan of a drawn lobby is told an order that was not drawn',
    words: /which is another's/,
    tamper: ({ sale, leaves }) => {
      for (const leaf of leaves) {
        const { position } = leaf.rpc;
        leaf.rpc.position = async (request) => {
          const answer = await position(request);
          if (!answer.ok || sale.desk.queue.tick().draw === undefined) return answer;
          const order = (answer.position.order + 1) % 7;
          return { ...answer, position: { ...answer.position, order } };
        };
      }
    },
    scenario: DRAWN,
  },
  {
    bug: 'an answer never comes',
    words: /still wait for an answer/,
    tamper: ({ leaves }) => {
      for (const leaf of leaves) leaf.rpc.leave = () => new Promise(() => undefined);
    },
  },
];

/** A hall with a crowd, no faults but those planted. */
function calm(seed: number): Scenario {
  const scenario = smallScenario(seed);
  return {
    ...scenario,
    fans: 60,
    leaves: 2,
    tree: { relays: 0, direct: 2 },
    admission: ADMISSION,
    faults: {},
  };
}

describe('the auditor', () => {
  it('has a draw of its own, which is the published one', () => {
    const draws = vectors.draws.filter(({ all }) => all !== undefined);
    expect(Math.max(...draws.map(({ count }) => count))).toBe(100_000);
    for (const { seed, count, all } of draws) {
      const words = Buffer.alloc(4 * count);
      ownOrders(seed, count).forEach((order, place) => words.writeUInt32BE(order, 4 * place));
      expect(createHash('sha256').update(words).digest('base64url')).toBe(all);
    }
  });

  it('finds nothing wrong with the code as it is', async () => {
    for (let seed = 1; seed <= 5; seed++)
      await expect(runThrough(calm(seed))).resolves.toBeDefined();
  });

  it.each(BUGS)('finds it when $bug', async ({ words, tampering, tamper, scenario }) => {
    const found: string[] = [];
    for (let seed = 1; seed <= 8 && found.length === 0; seed++) {
      await runThrough({ ...calm(seed), ...scenario }, tampering, tamper).catch((error: unknown) =>
        found.push(String(error)),
      );
    }
    expect(found[0]).toMatch(words);
  });
});
