// SPDX-License-Identifier: Apache-2.0
import { fault, ok, type ErrorCode, type Fault, type Result, type TimeMs } from '#core';
import { conversion, type Conversion } from '../units/index.ts';
import { ucumOfSenml } from './senml-units.ts';
import { wholeTime } from './time.ts';
import { below, type Moment, type ReadingWriter } from './writer.ts';

/** Labels of the CBOR representation, RFC 8428 § 6. */
const cborLabels: Readonly<Record<string, string>> = {
  '-1': 'bver',
  '-2': 'bn',
  '-3': 'bt',
  '-4': 'bu',
  '-5': 'bv',
  '-6': 'bs',
  '0': 'n',
  '1': 'u',
  '2': 'v',
  '3': 'vs',
  '4': 'vb',
  '5': 's',
  '6': 't',
  '7': 'ut',
  '8': 'vd',
};

/** Type of each label, § 4.1 and § 4.2. */
const labelTypes: Readonly<Record<string, 'string' | 'number' | 'boolean'>> = {
  bn: 'string',
  bt: 'number',
  bu: 'string',
  bv: 'number',
  bs: 'number',
  bver: 'number',
  n: 'string',
  u: 'string',
  v: 'number',
  vs: 'string',
  vb: 'boolean',
  vd: 'string',
  s: 'number',
  t: 'number',
  ut: 'number',
};

const versionMax = 10;
/** Times below count from now, § 4.5.3. */
const relativeBelow = 2 ** 28;
const conversionsMax = 1_000;

/** Conversions from SenML units, made once for a pair of units. */
export class SenmlUnits {
  readonly #conversions = new Map<string, Result<Conversion>>();

  convert(symbol: string, unit: string): Result<Conversion> {
    const key = `${symbol}\n${unit}`;
    const known = this.#conversions.get(key);
    if (known !== undefined) return known;
    const made = conversion(ucumOfSenml(symbol), unit);
    // Symbols come from devices: forgetting all is cheaper than bookkeeping, and bounds the map.
    if (this.#conversions.size >= conversionsMax) this.#conversions.clear();
    this.#conversions.set(key, made);
    return made;
  }
}

export interface SenmlContext {
  readonly now: TimeMs;
  /** IRI of the thing. */
  readonly thing: string;
  readonly cbor: boolean;
  readonly units: SenmlUnits;
}

/**
 * Writes a SenML pack (RFC 8428). The resolved name (bn + n) is mapped to a property in this order: it is the name of a
 * property; it is the thing's uri, a separator and the property; `n` is a property (bn names the device); `n` is a
 * plain name below a base name; else the part after the last `/` or `:`. A numeric value with a unit is converted to
 * the unit of the model, and refused where that is impossible. `vd` stays base64url text. A sum (`s`) beside a value is
 * left out, alone it is refused.
 */
export class SenmlReader {
  readonly #context: SenmlContext;
  readonly #writer: ReadingWriter;
  #name = '';
  #time = 0;
  #server: Moment | undefined;
  #unit: string | undefined;
  #value: number | undefined;

  constructor(context: SenmlContext, writer: ReadingWriter) {
    this.#context = context;
    this.#writer = writer;
  }

  /**
   * Returns the fault of a pack that is bad as a whole: of base fields, which later records need, or of a label that
   * must be understood (§ 4.4) and is not known.
   */
  read(pack: unknown): Fault | undefined {
    if (!Array.isArray(pack)) return fault('model.bad-senml', '', 'a pack is an array of records');
    for (const [index, item] of pack.entries()) {
      const at = `/${index}`;
      const record = fieldsOf(item, this.#context.cbor);
      if (record === undefined) {
        this.#writer.refuse(at, fault('model.bad-senml', '', 'a record is an object'));
        continue;
      }
      const bad = this.#base(record, at) ?? this.#record(record, at);
      if (bad !== undefined) return bad;
    }
    return undefined;
  }

  /** Base fields hold for this record and those after it, § 4.1. */
  #base(record: Fields, at: string): Fault | undefined {
    for (const [label, value] of record) {
      const type = typeOfLabel(label);
      const place = below(at, label);
      if (type === undefined && label.endsWith('_')) {
        return fault('model.bad-senml', place, 'the label must be understood and is not known');
      }
      if (baseLabels.has(label) && !isOfType(value, type)) {
        return fault('model.bad-senml', place, `a ${type} is expected`);
      }
    }
    const bver = record.get('bver');
    if (typeof bver === 'number' && bver > versionMax) {
      return fault('model.bad-senml', `${at}/bver`, `versions up to ${versionMax} are known`);
    }
    const [bn, bt, bu, bv] = ['bn', 'bt', 'bu', 'bv'].map((label) => record.get(label));
    if (typeof bn === 'string') this.#name = bn;
    if (typeof bt === 'number') this.#time = bt;
    if (typeof bu === 'string') this.#unit = bu;
    if (typeof bv === 'number') this.#value = bv;
    return undefined;
  }

  #record(record: Fields, at: string): undefined {
    for (const [label, value] of record) {
      const type = typeOfLabel(label);
      if (type !== undefined && typeof value !== type) {
        return this.#refuse(at, 'model.bad-senml', `/${label}`, `a ${type} is expected`);
      }
    }
    const present = valueLabels.filter((label) => record.has(label));
    const own = textOf(record.get('n'));
    // A record of base fields alone only sets them.
    if (own === '' && present.length === 0 && !record.has('s')) return;
    if (present.length > 1) {
      return this.#refuse(at, 'model.bad-senml', '', 'a record has one value');
    }
    const [label] = present;
    const value = label === undefined || label === 'v' ? this.#numeric(record) : record.get(label);
    if (value === undefined) {
      return this.#refuse(at, 'model.bad-senml', '', 'a record without a value');
    }
    const time = this.#timeOf(record);
    if (Number.isNaN(time)) return this.#refuse(at, 'model.bad-time', '/t', 'out of range');
    const property = this.#propertyOf(own);
    const converted = this.#converted(value, record, property);
    if (!converted.ok) {
      return this.#refuse(at, 'model.unit-mismatch', '/u', converted.fault.detail ?? '');
    }
    this.#writer.write(property, converted.value, this.#momentOf(time), at);
  }

  #refuse(at: string, code: ErrorCode, member: string, detail: string): undefined {
    this.#writer.refuse(at, fault(code, member, detail));
  }

  #numeric(record: Fields): number | undefined {
    const v = record.get('v');
    if (typeof v !== 'number') return this.#value;
    return v + (this.#value ?? 0);
  }

  #converted(value: unknown, record: Fields, property: string): Result<unknown> {
    const symbol = record.get('u') ?? this.#unit;
    const unit = this.#writer.slot(property)?.unit;
    if (typeof value !== 'number' || typeof symbol !== 'string' || unit === undefined) {
      return ok(value);
    }
    const made = this.#context.units.convert(symbol, unit);
    return made.ok ? ok(made.value(value)) : made;
  }

  /** Seconds since 1970, or from now where small, § 4.5.3. */
  #timeOf(record: Fields): TimeMs {
    const t = record.get('t');
    const seconds = this.#time + (typeof t === 'number' ? t : 0);
    const isRelative = seconds < relativeBelow;
    return wholeTime(isRelative ? this.#context.now + seconds * 1_000 : seconds * 1_000);
  }

  /** Records without any time belong together: they share one time of the server. */
  #momentOf(time: TimeMs): Moment {
    if (time !== this.#context.now) return this.#writer.moment(time);
    return (this.#server ??= this.#writer.moment(undefined));
  }

  #propertyOf(own: string): string {
    const full = this.#name + own;
    const { thing } = this.#context;
    const isKnown = (name: string): boolean => this.#writer.slot(name) !== undefined;
    if (isKnown(full)) return full;
    if (full.startsWith(thing) && /^[/:_#-]./.test(full.slice(thing.length))) {
      return full.slice(thing.length + 1);
    }
    if (isKnown(own) || (this.#name !== '' && own !== '' && !/[/:]/.test(own))) return own;
    return full.slice(Math.max(full.lastIndexOf('/'), full.lastIndexOf(':')) + 1) || full;
  }
}

type Fields = ReadonlyMap<string, unknown>;

function fieldsOf(item: unknown, cbor: boolean): Fields | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
  const entries = Object.entries(item);
  if (!cbor) return new Map(entries);
  return new Map(
    entries.map(([label, value]) => [
      (Object.hasOwn(cborLabels, label) ? cborLabels[label] : undefined) ?? label,
      value,
    ]),
  );
}

const baseLabels: ReadonlySet<string> = new Set(['bn', 'bt', 'bu', 'bv', 'bs', 'bver']);
const valueLabels = ['v', 'vs', 'vb', 'vd'] as const;

function typeOfLabel(label: string): 'string' | 'number' | 'boolean' | undefined {
  return Object.hasOwn(labelTypes, label) ? labelTypes[label] : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isOfType(value: unknown, type: string | undefined): boolean {
  return typeof value === type && (type !== 'number' || Number.isFinite(value));
}
