// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0

/** Series above this are appended without order: their numbers would make the arrays below too long. */
export const trackedSeriesMax = 16_777_216;

/**
 * What a period's hot tables hold of each series. Because only readings newer than `last` go to them, (series, time)
 * is unique there and no question has to look for duplicates; everything else goes to the table of late readings.
 */
export class PeriodTrack {
  /** Newest time ever appended, −Infinity where there is none; never goes back, not even by erasing. */
  last = new Float64Array(0);
  /** Oldest time in the hot tables that is not erased. */
  first = new Float64Array(0);
  /** Readings in the hot tables that are not erased. */
  count = new Uint32Array(0);
  /** Newest time in the hot tables that is not erased; meaningful where `count` is not 0. */
  newest = new Float64Array(0);

  /** Makes room for a series. */
  grow(series: number): void {
    if (series < this.last.length) return;
    const size = Math.max(1_024, series + 1, Math.min(this.last.length * 2, trackedSeriesMax));
    const last = new Float64Array(size).fill(-Infinity);
    last.set(this.last);
    const first = new Float64Array(size).fill(Infinity);
    first.set(this.first);
    const count = new Uint32Array(size);
    count.set(this.count);
    const newest = new Float64Array(size);
    newest.set(this.newest);
    this.last = last;
    this.first = first;
    this.count = count;
    this.newest = newest;
  }

  /** Whether the reading is newer than all before it; if so it is counted. `grow` has made room for the series. */
  admit(series: number, time: number): boolean {
    if (!(time > this.last[series]!)) return false;
    this.last[series] = time;
    this.newest[series] = time;
    if (this.count[series]! === 0) this.first[series] = time;
    this.count[series]! += 1;
    return true;
  }

  /** Takes over what a table holds of a series. */
  load(series: number, count: number, first: number, newest: number): void {
    if (series >= trackedSeriesMax) return;
    this.grow(series);
    this.raise(series, newest);
    this.first[series] = this.count[series]! === 0 ? first : Math.min(this.first[series]!, first);
    this.newest[series] =
      this.count[series]! === 0 ? newest : Math.max(this.newest[series]!, newest);
    this.count[series]! += count;
  }

  /** Readings up to this time are elsewhere (in files, or among the late ones). */
  raise(series: number, time: number): void {
    if (series >= trackedSeriesMax) return;
    this.grow(series);
    if (time > this.last[series]!) this.last[series] = time;
  }

  /** Forgets the readings of a series but not how far it came. */
  erase(series: number): void {
    if (series < this.count.length) this.count[series] = 0;
  }
}
