import type { Window } from '../settings.ts';

/** What a limit said. `resetAt` is epoch ms. */
export interface LimitAnswer {
  allowed: boolean;
  limit: number;
  remaining: number;
  resetAt: number;
}

/** Uses of one key in the window of this number (windows follow each other from 1970 on) and in the one before. */
export interface Uses {
  window: number;
  used: number;
  before: number;
}

/**
 * `record` as it counts at `now`, epoch ms. One of a clock ahead of ours, by a window at most, stands: nothing is
 * forgotten early. One further ahead was counted in other windows, before they were set to these.
 */
export function usesAt(record: Uses | null, { windowMs }: Window, now: number): Uses {
  const window = Math.floor(now / windowMs);
  if (record === null || Math.abs(record.window - window) > 1)
    return { window, used: 0, before: 0 };
  if (record.window < window) return { window, used: 0, before: record.used };
  return record;
}

/**
 * Whether one more use may be, by the rule of `@upstash/ratelimit`: the uses of this window, and of those in
 * the one before the share that lies within one window's time. `uses` are those at `now`.
 */
export function standing(uses: Uses, { max, windowMs }: Window, now: number): LimitAnswer {
  const share = shareOf(uses, windowMs, now);
  const remaining = Math.max(0, max - uses.used - Math.floor((1 - share) * uses.before));
  const resetAt = (uses.window + 1) * windowMs;
  return { allowed: remaining > 0, limit: max, remaining, resetAt };
}

/** How much of the window has passed, from 0 to 1. */
export function shareOf({ window }: Uses, windowMs: number, now: number): number {
  return Math.max(0, now - window * windowMs) / windowMs;
}

/** A record as Redis keeps it. */
export function usesText({ window, used, before }: Uses): string {
  return `${window} ${used} ${before}`;
}

/** Reads `usesText`; null for anything else. */
export function parseUses(text: string | null): Uses | null {
  const [window, used, before] = (/^(\d+) (\d+) (\d+)$/.exec(text ?? '') ?? [])
    .slice(1)
    .map(Number);
  if (window === undefined || used === undefined || before === undefined) return null;
  return { window, used, before };
}

/**
 * The same rule where it counts. KEYS: the record. ARGV: the window's number, its share that has passed, most
 * uses, 1 to use or -1 to give one back, life of the record in ms. Answers whether it was done, and the record.
 */
export const USE: string = `#!lua flags=allow-key-locking
local window, share = tonumber(ARGV[1]), tonumber(ARGV[2])
local used, before = 0, 0
local kept = redis.call('GET', KEYS[1])
if kept then
  local w, u, b = string.match(kept, '^(%d+) (%d+) (%d+)$')
  if w then
    local ahead = tonumber(w) - window
    if ahead == -1 then before = tonumber(u)
    elseif ahead == 0 then used, before = tonumber(u), tonumber(b)
    elseif ahead == 1 then window, share, used, before = tonumber(w), 0, tonumber(u), tonumber(b) end
  end
end
if ARGV[4] == '-1' then
  if used > 0 then used = used - 1 elseif before > 0 then before = before - 1 end
elseif used + math.floor((1 - share) * before) < tonumber(ARGV[3]) then
  used = used + 1
else
  return {0, window .. ' ' .. used .. ' ' .. before}
end
local record = window .. ' ' .. used .. ' ' .. before
redis.call('SET', KEYS[1], record, 'PX', ARGV[5])
return {1, record}
`;
