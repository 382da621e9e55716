/**
 * The seats that were typed, by id, apart by commas, spaces or lines; undefined where nothing was typed. What is no
 * id at all is an empty list, which the server refuses: a slip must not give the whole booking back.
 */
export function seatIdsIn(text: string): string[] | undefined {
  if (text.trim() === '') return undefined;
  return text.split(/[\s,;]+/).filter((id) => id !== '');
}
