// A share from 0 to 1 goes in; a colour of cividis, which every kind of colour vision orders alike, comes out.
export const STOPS = [
  [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115], [138, 134, 120], [165, 156, 116], [195, 179, 105], [225, 204, 85], [254, 232, 56],
] as const;

export function shade(share: number): string {
  const place = Math.min(Math.max(share, 0), 1) * (STOPS.length - 1);
  const low = Math.min(Math.floor(place), STOPS.length - 2);
  const mixed = [0, 1, 2].map((part) => Math.round(STOPS[low]![part]! + (STOPS[low + 1]![part]! - STOPS[low]![part]!) * (place - low)));
  return `rgb(${mixed.join(', ')})`;
}
