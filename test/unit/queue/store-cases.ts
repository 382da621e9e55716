import { expect, it } from 'vitest';
import type { BatchGrant } from '../../../durable-objects/core/batch.ts';
import { INITIAL_ADMISSION } from '../../../durable-objects/core/admission.ts';
import { Presence } from '../../../durable-objects/core/presence.ts';
import type { QueueState, QueueStore } from '../../../durable-objects/storage/queue-store.ts';
import type { RelayStore } from '../../../durable-objects/storage/relay-store.ts';
import type { RoomStore } from '../../../durable-objects/storage/room-store.ts';
import { account, batchOf, rootOf } from './sale-fixture.ts';

const LINK = { seq: 3, at: 9, child: 'e/relay/0', batch: 2, first: 30, count: 20, root: rootOf(1) };
const GRANT: BatchGrant = { first: 40, link: LINK, head: rootOf(2), path: 'x'.repeat(96) };

/** Runs `use` with a fresh store; in workerd that happens inside an object. */
type With<Store> = (use: (store: Store) => void) => Promise<void>;

/** What every store of the queue must do, whatever it is made of. */
export function queueStoreCases(withStore: With<QueueStore>): void {
  it('keeps its figures as they were saved last', () =>
    withStore((store) => {
      expect(store.state()).toBeNull();
      const state: QueueState = { ...INITIAL_ADMISSION, tail: 5, seqCeiling: 1_000 };
      store.saveState(state);
      store.saveState({ ...state, cursor: 3, perBeat: 1.5, paused: true });
      expect(store.state()).toEqual({ ...state, cursor: 3, perBeat: 1.5, paused: true });
    }));

  it('keeps a link per child and batch, and refuses a second one', () =>
    withStore((store) => {
      const link = { seq: 0, at: 1, child: 'a', batch: 1, first: 0, count: 3, root: rootOf(1) };
      const rows = [
        { link, head: 'head after a' },
        { link: { ...link, seq: 1, child: 'b', first: 3 }, head: 'head after b' },
      ] as const;
      expect(store.lastLink()).toBeNull();
      for (const row of rows) store.addLink(row);
      expect(store.link('a', 1)).toEqual(rows[0]);
      expect(store.link('b', 1)).toEqual(rows[1]);
      expect(store.link('a', 2)).toBeNull();
      expect(store.lastLink()).toEqual(rows[1]);
      for (const again of [
        { ...link, seq: 2 },
        { ...link, batch: 2 },
      ]) {
        expect(() => store.addLink({ link: again, head: '' })).toThrow(/granted before|UNIQUE/);
      }
      expect(store.link('a', 1)).toEqual(rows[0]);
      expect(store.links(0, 5)).toEqual(rows.map((row) => row.link));
      expect(store.links(1, 5)).toEqual([rows[1].link]);
      expect(store.links(0, 1)).toEqual([rows[0].link]);
      expect(store.links(2, 5)).toEqual([]);
    }));

  it('keeps the draw as it was saved last', () =>
    withStore((store) => {
      expect(store.draw()).toBeNull();
      const draw = { secret: 's', round: 7, seal: null, signature: null, seed: null };
      store.saveDraw(draw);
      const seal = { links: 1, lobbyCount: 2, head: 'h', at: 3 };
      store.saveDraw({ ...draw, seal, signature: 'f0', seed: 'x' });
      expect(store.draw()).toEqual({ ...draw, seal, signature: 'f0', seed: 'x' });
    }));

  it('gives back departures bit by bit', () =>
    withStore((store) => {
      const presence = new Presence();
      presence.extend(40_000);
      for (let order = 0; order < 40_000; order += 7) presence.remove(order);
      for (const chunk of [0, 1, 2, 2]) store.saveChunk(chunk, presence.departures(chunk));
      const restored = Presence.restore(40_000, store.chunks());
      expect(restored.present).toBe(presence.present);
      expect(restored.select(20_000)).toBe(presence.select(20_000));
    }));

  it('keeps calls in order, replaces their figures, and gives those that are young enough', () =>
    withStore((store) => {
      const call = { people: 10, open: 10, came: 0 };
      store.saveCall({ ...call, first: 10, end: 20, calledAt: 2_000 });
      store.saveCall({ ...call, first: 0, end: 10, calledAt: 1_000, open: 9 });
      store.saveCall({ ...call, first: 10, end: 20, calledAt: 2_000, open: 4, came: 5 });
      expect(store.callsAfter(999)).toEqual([
        { first: 0, end: 10, calledAt: 1_000, people: 10, open: 9, came: 0 },
        { first: 10, end: 20, calledAt: 2_000, people: 10, open: 4, came: 5 },
      ]);
      expect(store.callsAfter(1_000).map(({ first }) => first)).toEqual([10]);
      store.saveCall({ ...call, first: 20, end: 25, calledAt: 2_999 });
      expect(store.callHistory(1_000)).toEqual([
        [1_000, 10],
        [2_999, 25],
      ]);
      expect(store.callHistory(1)).toHaveLength(3);
    }));

  it('knows every admission by its place, and which of them live', () =>
    withStore((store) => {
      const row = { place: 7, accountId: account(7), claimedAt: 10, until: 100, endedAt: null };
      store.saveAdmission(row);
      store.saveAdmission({ ...row, place: 8, accountId: account(8), until: 50 });
      store.saveAdmission({ ...row, place: 9, accountId: account(9) });
      store.saveAdmission({ ...row, place: 9, accountId: account(9), endedAt: 20 });
      expect(store.admission(7)).toEqual(row);
      expect(store.admission(9)?.endedAt).toBe(20);
      expect(store.admission(1)).toBeNull();
      expect(store.liveAdmissions(40).map(({ place }) => place)).toEqual([8, 7]);
      expect(store.liveAdmissions(50).map(({ place }) => place)).toEqual([7]);
    }));

  it('lists each child once', () =>
    withStore((store) => {
      for (const child of ['e/leaf/1', 'e/leaf/0', 'e/leaf/1']) store.addChild(child);
      expect(store.children()).toEqual(['e/leaf/0', 'e/leaf/1']);
    }));
}

/** What every store of a leaf must do, whatever it is made of. */
export function roomStoreCases(withStore: With<RoomStore>): void {
  it('keeps batches in order, with the answer once there is one', () =>
    withStore((store) => {
      const accounts = Array.from({ length: 2_000 }, (_, n) => account(n));
      const one = { batch: 1, accounts: [account(9)], at: 10, grant: null };
      const two = { batch: 2, accounts, at: 20, grant: null };
      store.addBatch(two);
      store.addBatch(one);
      store.setGrant(1, GRANT);
      expect(store.batches()).toEqual([{ ...one, grant: GRANT }, two]);
      expect(() => store.addBatch({ ...two, accounts: [] })).toThrow(/written before|UNIQUE/);
      store.dropBatch(2);
      expect(store.batches().map(({ batch }) => batch)).toEqual([1]);
    }));

  it('numbers departures in the order in which they came', () =>
    withStore((store) => {
      const first = store.addDeparture(3, 1);
      const second = store.addDeparture(1, 0);
      expect(second).toBeGreaterThan(first);
      expect(store.departures()).toEqual([
        { seq: first, batch: 3, index: 1 },
        { seq: second, batch: 1, index: 0 },
      ]);
    }));

  it('forgets batches with all that is about their fans, and no number of a departure comes again', () =>
    withStore((store) => {
      const admission = { admissionId: 'adm_e_1', claimedAt: 1, until: 2 };
      for (const batch of [-1, 1, 2, 3]) {
        store.addBatch({ batch, accounts: [account(batch + 9)], at: 10, grant: GRANT });
        store.saveAdmission({ batch, index: 0, admission });
      }
      const kept = store.addDeparture(2, 0);
      store.addDeparture(1, 0);
      const last = store.addDeparture(3, 0);
      store.forgetBatches([-1, 1, 3, 77]);
      store.forgetBatches([]);
      expect(store.batches().map(({ batch }) => batch)).toEqual([2]);
      expect(store.admissions().map(({ batch }) => batch)).toEqual([2]);
      expect(store.departures().map(({ seq }) => seq)).toEqual([kept, last]);
      expect(store.addDeparture(2, 0)).toBeGreaterThan(last);
    }));

  it('keeps one admission per fan of a batch', () =>
    withStore((store) => {
      const admission = { admissionId: 'adm_e_1', claimedAt: 1, until: 2 };
      store.saveAdmission({ batch: 2, index: 0, admission });
      store.saveAdmission({ batch: 1, index: 5, admission });
      store.saveAdmission({ batch: 1, index: 5, admission: { ...admission, until: 3 } });
      expect(store.admissions()).toEqual([
        { batch: 1, index: 5, admission: { ...admission, until: 3 } },
        { batch: 2, index: 0, admission },
      ]);
    }));

  it('keeps small notes by name', () =>
    withStore((store) => {
      expect(store.note('reported')).toBeNull();
      store.setNote('reported', '3');
      store.setNote('reported', '4');
      store.setNote('name', 'e/leaf/0');
      expect(store.note('reported')).toBe('4');
    }));
}

/** What every store of a relay must do, whatever it is made of. */
export function relayStoreCases(withStore: With<RelayStore>): void {
  it('keeps batches with their parts in order, until nobody can ask for them', () =>
    withStore((store) => {
      const parts = ['e/leaf/33', 'e/leaf/32'].map((child) => batchOf(7, 3, child));
      const [one, two] = [1, 2].map((batch) => ({ batch, parts, grant: null }));
      if (one === undefined || two === undefined) throw new Error('two batches');
      store.addBatch(two);
      store.addBatch(one);
      store.setGrant(1, GRANT);
      expect(store.batches()).toEqual([{ ...one, grant: GRANT }, two]);
      expect(() => store.addBatch(two)).toThrow(/written before|UNIQUE/);
      store.dropBatch(1);
      expect(store.batches()).toEqual([two]);
    }));

  it('lists each child once, and keeps small notes', () =>
    withStore((store) => {
      for (const child of ['e/leaf/41', 'e/leaf/40', 'e/leaf/41']) store.addChild(child);
      expect(store.children()).toEqual(['e/leaf/40', 'e/leaf/41']);
      expect(store.note('refused')).toBeNull();
      store.setNote('refused', '4');
      expect(store.note('refused')).toBe('4');
    }));
}
