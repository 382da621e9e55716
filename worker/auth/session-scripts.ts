/** A session in Redis is one text: the hash of its refresh token, whether the address is verified (1 or 0), and whose it is as JSON. */
const HASH_CHARS = 43;

/**
 * Compares and swaps the family's one valid hash. A known session with another hash means that a token
 * was used twice: somebody copied it, so nobody may go on with it (RFC 9700, 4.14.2).
 */
export const ROTATE: string = `
local kept = redis.call('GET', KEYS[1])
if not kept then return {'gone'} end
if string.sub(kept, 1, ${HASH_CHARS}) ~= ARGV[1] then
  redis.call('DEL', KEYS[1])
  return {'reused'}
end
local rest = string.sub(kept, ${HASH_CHARS + 1})
redis.call('SET', KEYS[1], ARGV[2] .. rest, 'EX', tonumber(ARGV[3]))
return {'rotated', rest}
`;

/** Marks the address of a session as verified; one that ended meanwhile stays ended. */
export const MARK_VERIFIED: string = `
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('SETRANGE', KEYS[1], ${HASH_CHARS}, '1') end
return 1
`;
