import { expect, test } from 'vitest';
import { pause } from '../crash/call.ts';
import { readSeats } from '../crash/read-books.ts';
import { Stage } from '../crash/stage.ts';
import { History } from '../histories/history.ts';
import { shop } from '../histories/shopper.ts';
import type { ShoppersWorld } from '../histories/shopper.ts';

const SHOPPERS = 24;
const SHOPPING_MS = 9_000;

test('what concurrent buyers are told of each seat is what one seat with one owner would say, also over crashes', async () => {
  const stage = await Stage.set();
  try {
    const { fans } = await stage.addSale({ fans: SHOPPERS, patienceMs: 600_000 });
    const world: ShoppersWorld = {
      origin: stage.origin,
      history: new History(),
      seats: [...(await readSeats(stage)).keys()].slice(0, 8),
      until: Date.now() + SHOPPING_MS,
      random: Math.random,
    };
    const shopping = fans.map((fan) => shop(world, fan.token, fan.accountId));
    for (let crash = 0; crash < 2; crash++) {
      await pause(SHOPPING_MS / 4);
      await stage.crash();
      await stage.up();
    }
    await Promise.all(shopping);
    expect(world.history.wrongSeats()).toEqual([]);
    const { had, taken, released } = world.history.counts();
    expect(Math.min(had, taken, released)).toBeGreaterThan(20);
  } finally {
    await stage.close();
  }
});
