// A demo crowd, so that a developer who joins the seeded concert's queue has people ahead and sees seats
// change. A bounded number of real accounts against the public API, a few requests a second in total.
import { parseArgs } from 'node:util';
import { CROWD_SIZE } from '../drizzle/demo-data.ts';
import { liveAsFan } from './crowd/fan.ts';
import { openWorld } from './crowd/world.ts';

/** The Worker's own default of wrangler.toml; with another `AUTH_SECRET` the launcher passes that on. */
const LOCAL_SECRET = 'local-development-only-not-a-secret';

const { values } = parseArgs({
  options: {
    origin: { type: 'string', default: 'http://localhost:8787' },
    event: { type: 'string', default: 'coldplay-mumbai' },
    size: { type: 'string', default: '150' },
  },
});

const size = Math.min(Number(values.size), CROWD_SIZE);
const secret = process.env['AUTH_SECRET'] ?? LOCAL_SECRET;
const world = openWorld(values.origin, values.event, secret);
console.log(`${size} demo fans are on their way to ${values.event}`);

process.on('disconnect', () => process.exit(0));
await Promise.all(Array.from({ length: size }, (_, index) => liveAsFan(world, index + 1)));
