/**
 * Compares and swaps the family's one valid hash. A known session with another hash means that a token
 * was used twice: somebody copied it, so nobody may go on with it (RFC 9700, 4.14.2).
 */
export const ROTATE: string = `
local current = redis.call('HGET', KEYS[1], 'hash')
if not current then return {'gone'} end
if current ~= ARGV[1] then
  redis.call('DEL', KEYS[1])
  return {'reused'}
end
redis.call('HSET', KEYS[1], 'hash', ARGV[2])
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[3]))
return {'rotated', redis.call('HGET', KEYS[1], 'account'), redis.call('HGET', KEYS[1], 'email'), redis.call('HGET', KEYS[1], 'name'), redis.call('HGET', KEYS[1], 'verified') or '0', redis.call('HGET', KEYS[1], 'organiser') or '0'}
`;

/** Marks the address of a session as verified; one that ended meanwhile stays ended. */
export const MARK_VERIFIED: string = `
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'verified', '1') end
return 1
`;
