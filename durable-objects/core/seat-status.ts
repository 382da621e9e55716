/** Two bits of a seat on the wire: 0 available, 1 held or being paid for, 2 sold, 3 blocked. */
export type SeatCode = 0 | 1 | 2 | 3;

/** What each code means to a fan; the index is the code. */
export const SEAT_CODES = ['available', 'held', 'sold', 'blocked'] as const;

/** What a fan may know of a seat. */
export type SeatCodeName = (typeof SEAT_CODES)[number];

/** Packs codes four to a byte, lowest bits first; codes are taken modulo four. */
export function packSeats(codes: ArrayLike<number>): Uint8Array {
  const packed = new Uint8Array((codes.length + 3) >> 2);
  for (let index = 0; index < codes.length; index++) {
    const byte = packed[index >> 2] ?? 0;
    packed[index >> 2] = byte | (((codes[index] ?? 0) & 3) << ((index & 3) * 2));
  }
  return packed;
}

/** Sets one seat's code in a packed list. */
export function putSeat(packed: Uint8Array, index: number, code: SeatCode): void {
  const shift = (index & 3) * 2;
  packed[index >> 2] = ((packed[index >> 2] ?? 0) & ~(3 << shift)) | (code << shift);
}

/** Unpacks `count` codes. Bytes that are missing read as available. */
export function unpackSeats(packed: Uint8Array, count: number): Uint8Array {
  const codes = new Uint8Array(count);
  for (let index = 0; index < count; index++) codes[index] = seatCodeAt(packed, index);
  return codes;
}

/** One seat's code out of a packed list, without unpacking the rest. */
export function seatCodeAt(packed: Uint8Array, index: number): SeatCode {
  return (((packed[index >> 2] ?? 0) >> ((index & 3) * 2)) & 3) as SeatCode;
}

/** The code's name; a value outside 0 to 3 reads as blocked, so that nothing unknown is offered. */
export function seatCodeName(code: number): SeatCodeName {
  return SEAT_CODES[code] ?? 'blocked';
}
