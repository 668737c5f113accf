// SPDX-License-Identifier: Apache-2.0

/** `[longitude, latitude]` or `[longitude, latitude, altitude]`: degrees and metres, WGS-84 (the order of GeoJSON). */
export type Position = readonly [number, number] | readonly [number, number, number];

/**
 * A position from any of its notations: the array itself, `{lat, lon, alt?}` (also latitude, longitude, lng, altitude),
 * a GeoJSON point. Undefined when it is none or out of range.
 */
export function positionOf(value: unknown): Position | undefined {
  if (Array.isArray(value)) return fromArray(value);
  if (typeof value !== 'object' || value === null) return undefined;
  const members = new Map<string, unknown>(Object.entries(value));
  if (members.get('type') === 'Point') {
    const coordinates = members.get('coordinates');
    return Array.isArray(coordinates) ? fromArray(coordinates) : undefined;
  }
  const first = (...names: readonly string[]): unknown =>
    names.map((name) => members.get(name)).find((member) => member !== undefined);
  const altitude = first('alt', 'altitude');
  const pair = [first('lon', 'longitude', 'lng'), first('lat', 'latitude')];
  return fromArray(altitude === undefined ? pair : [...pair, altitude]);
}

function fromArray(items: readonly unknown[]): Position | undefined {
  const [longitude, latitude, altitude] = items;
  if (items.length < 2 || items.length > 3) return undefined;
  if (!within(longitude, 180) || !within(latitude, 90)) return undefined;
  if (items.length === 2) return [longitude, latitude];
  return within(altitude, 1e9) ? [longitude, latitude, altitude] : undefined;
}

function within(value: unknown, bound: number): value is number {
  return typeof value === 'number' && value >= -bound && value <= bound;
}
