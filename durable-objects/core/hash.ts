/** Where FNV-1a starts. */
const FNV_OFFSET = 0x811c9dc5;

/**
 * FNV-1a, then the finalizer of MurmurHash3, since FNV mixes the lowest bits least. 30 bits, for tables in
 * memory and for spreading; whoever lets strangers choose the text gives a secret `seed` (32 bits).
 */
export function mixedHash(text: string, seed = FNV_OFFSET): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 2;
}
