import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  QUICKNET,
  roundFor,
  roundTime,
  SEAL_MARGIN_MS,
  verifyBeacon,
} from '../../../durable-objects/core/fairness/drand.ts';
import {
  RECORDED_ROUNDS,
  REHEARSAL_ROUND,
} from '../../../durable-objects/core/fairness/recorded-rounds.ts';

/** The randomness that drand itself published with some of the recorded rounds. */
const PUBLISHED: Record<number, { randomness: string }> = {
  123: { randomness: 'fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc' },
  1000: { randomness: 'fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd' },
  657413: { randomness: 'fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587' },
};

describe('a drand round', () => {
  it('is verified as quicknet signed it, and gives the randomness that was published', () => {
    expect(RECORDED_ROUNDS.map((beacon) => verifyBeacon(beacon, QUICKNET))).toMatchObject(
      RECORDED_ROUNDS.map(({ round }) => ({ ok: true, ...PUBLISHED[round] })),
    );
  });

  it('is refused with the number of another', () => {
    const { round, signature } = REHEARSAL_ROUND;
    for (const other of [round - 1, round + 1, round + 2 ** 32, 1]) {
      const outcome = verifyBeacon({ round: other, signature }, QUICKNET);
      expect(outcome).toEqual({ ok: false, code: 'not_signed' });
    }
  });

  it('is refused under another network', () => {
    // https://api.drand.sh/dbd506d6ef76e5f386f41c651dcb808c5bcbd75471cc4eafa3f4df7ad4e4c493/info
    const fastnet =
      'a0b862a7527fee3a731bcb59280ab6abd62d5c0b6ea03dc4ddf6612fdfc9d01f01c31542541771903475eb1ec6615f8d0df0b8b6dce385811d6dcf8cbefb8759e5e616a3dfd054c928940766d9a5b9db91e3b697e5d70a975181e007f87fca5e';
    const outcome = verifyBeacon(REHEARSAL_ROUND, { ...QUICKNET, publicKey: fastnet });
    expect(outcome).toEqual({ ok: false, code: 'not_signed' });
  });

  it('is refused with a forged signature: a point of the group that the network did not make', () => {
    const [{ round, signature }, { signature: another }] = [REHEARSAL_ROUND, RECORDED_ROUNDS[1]];
    const sign = Number.parseInt(signature.slice(0, 2), 16) ^ 0x20;
    const negated = sign.toString(16) + signature.slice(2);
    for (const forged of [negated, another]) {
      const outcome = verifyBeacon({ round, signature: forged }, QUICKNET);
      expect(outcome).toEqual({ ok: false, code: 'not_signed' });
    }
  });

  it('is refused when its signature is no point, at infinity, of another length or not hex', () => {
    const { round, signature } = REHEARSAL_ROUND;
    const junk = [
      '',
      signature.slice(2),
      `${signature}00`,
      signature.toUpperCase(),
      `zz${signature.slice(2)}`,
      `c0${'00'.repeat(47)}`,
      `9f${'ff'.repeat(47)}`,
      '00'.repeat(48),
      // On the curve but outside the group of prime order: x = 4.
      `80${'00'.repeat(46)}04`,
    ];
    for (const other of junk) {
      const outcome = verifyBeacon({ round, signature: other }, QUICKNET);
      expect(outcome).toEqual({ ok: false, code: 'malformed' });
    }
    for (const no of [0, -1, 1.5, Number.NaN]) {
      const outcome = verifyBeacon({ round: no, signature }, QUICKNET);
      expect(outcome).toEqual({ ok: false, code: 'malformed' });
    }
  });
});

describe('quicknet', () => {
  it('is described by constants that belong together: their hash is the chain hash', () => {
    // As drand computes it: period, genesis time, public key, hash of the group at genesis, name.
    const numbers = new DataView(new ArrayBuffer(12));
    numbers.setUint32(0, QUICKNET.periodSeconds);
    numbers.setBigUint64(4, BigInt(QUICKNET.genesisSeconds));
    const hash = createHash('sha256')
      .update(new Uint8Array(numbers.buffer))
      .update(QUICKNET.publicKey, 'hex')
      .update('f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e', 'hex')
      .update('quicknet')
      .digest('hex');
    expect(hash).toBe(QUICKNET.chainHash);
  });

  it('makes the round of a draw 10 to 13 seconds after opening', () => {
    const genesis = QUICKNET.genesisSeconds * 1_000;
    for (const opensAt of [0, 1, 999, 1_000, 2_999, 3_000, 3_001, 1e9, 1e9 + 1234]) {
      const round = roundFor(genesis + opensAt, QUICKNET);
      const after = roundTime(round, QUICKNET) - (genesis + opensAt);
      expect(after).toBeGreaterThanOrEqual(SEAL_MARGIN_MS);
      expect(after).toBeLessThan(SEAL_MARGIN_MS + QUICKNET.periodSeconds * 1_000);
    }
    expect(roundFor(0, QUICKNET)).toBe(1);
    expect(roundTime(1, QUICKNET)).toBe(genesis);
  });
});
