// SPDX-License-Identifier: Apache-2.0
import type { Properties } from '../packets.ts';
import {
  propertiesOf,
  propertyById,
  reason,
  type PropertyHolder,
  type PropertyRow,
} from '../table.ts';
import { isTopicName } from '../topic.ts';
import type { CodecLimits } from './limits.ts';
import type { Reader } from './reader.ts';

/** Reads a property length and the properties, checked for their holder (§ 2.2.2); undefined where there are none. */
export function readProperties(
  reader: Reader,
  holder: PropertyHolder,
  limits: CodecLimits,
): Properties | undefined {
  const length = reader.varint();
  if (length === 0) return undefined;
  const packetEnd = reader.end;
  const end = reader.at + length;
  if (end > packetEnd) {
    reader.fail(reason.malformedPacket, '§ 2.2.2.1');
    return undefined;
  }
  reader.end = end;
  const properties = readPropertyList(reader, holder, limits);
  // After a fault the cursor stays at the end, so that nothing behind is read.
  if (reader.fault === 0) reader.end = packetEnd;
  return properties;
}

/** Reads properties up to the reader's end. */
export function readPropertyList(
  reader: Reader,
  holder: PropertyHolder,
  limits: CodecLimits,
): Properties {
  const properties: Properties = {};
  while (reader.at < reader.end) readProperty(reader, holder, limits, properties);
  return properties;
}

function readProperty(
  reader: Reader,
  holder: PropertyHolder,
  limits: CodecLimits,
  into: Properties,
): void {
  const from = reader.at;
  const row = propertyById[reader.varint()];
  if (reader.fault !== 0) return;
  if (row === undefined || !propertiesOf[holder].includes(row)) {
    reader.fail(reason.malformedPacket, '§ 2.2.2.2', from);
    return;
  }
  const repeatable =
    row.type === 'pair' ||
    (row.type === 'varint' && holder === 'publish' && limits.sender === 'server');
  if (into[row.name] !== undefined && !repeatable) {
    // A value that is cut short is malformed before it is repeated.
    readValue(reader, row, {}, limits);
    reader.fail(reason.protocolError, row.clause, from);
    return;
  }
  readValue(reader, row, into, limits);
}

function readValue(reader: Reader, row: PropertyRow, into: Properties, limits: CodecLimits): void {
  switch (row.type) {
    case 'byte':
      into[row.name] = inRange(reader, row, reader.byte());
      return;
    case 'uint16':
      into[row.name] = inRange(reader, row, reader.uint16());
      return;
    case 'uint32':
      into[row.name] = inRange(reader, row, reader.uint32());
      return;
    case 'varint':
      (into[row.name] ??= []).push(inRange(reader, row, reader.varint()));
      return;
    case 'binary':
      into[row.name] = reader.binary();
      return;
    case 'text':
      into[row.name] = readText(reader, row);
      return;
    case 'pair':
      readPair(reader, into, limits);
  }
}

function readText(reader: Reader, row: PropertyRow): string {
  const from = reader.at;
  const text = reader.text();
  // [MQTT-3.3.2-14]
  if (row.name === 'responseTopic' && reader.fault === 0 && !isTopicName(text)) {
    reader.fail(reason.protocolError, '[MQTT-3.3.2-14]', from);
  }
  return text;
}

function readPair(reader: Reader, into: Properties, limits: CodecLimits): void {
  const from = reader.at;
  const pair: [string, string] = [reader.text(), reader.text()];
  if (reader.fault !== 0) return;
  (into.userProperties ??= []).push(pair);
  reader.userProperties++;
  reader.userPropertyBytes += reader.at - from - 4;
  const { userPropertiesMax, userPropertyBytesMax } = limits;
  if (reader.userProperties > userPropertiesMax) {
    reader.fail(reason.quotaExceeded, 'mqtt.userPropertiesMax', from);
  } else if (reader.userPropertyBytes > userPropertyBytesMax) {
    reader.fail(reason.quotaExceeded, 'mqtt.userPropertyBytesMax', from);
  }
}

function inRange(reader: Reader, row: PropertyRow, value: number): number {
  if (reader.fault !== 0 || !('range' in row)) return value;
  if (value >= row.range[0] && value <= row.range[1]) return value;
  const code = row.name === 'topicAlias' ? reason.topicAliasInvalid : reason.protocolError;
  reader.fail(code, row.clause);
  return value;
}

/** Bytes of the properties of a holder, their length field not included. */
export function propertiesSize(holder: PropertyHolder, properties: Properties | undefined): number {
  if (properties === undefined) return 0;
  let size = 0;
  for (const row of propertiesOf[holder]) size += valueSize(row, properties);
  return size;
}

function valueSize(row: PropertyRow, properties: Properties): number {
  switch (row.type) {
    case 'byte':
      return properties[row.name] === undefined ? 0 : 2;
    case 'uint16':
      return properties[row.name] === undefined ? 0 : 3;
    case 'uint32':
      return properties[row.name] === undefined ? 0 : 5;
    case 'varint':
      return (properties[row.name] ?? []).reduce((size, id) => size + 1 + varintSize(id), 0);
    case 'binary': {
      const value = properties[row.name];
      return value === undefined ? 0 : 3 + value.length;
    }
    case 'text': {
      const value = properties[row.name];
      return value === undefined ? 0 : 3 + Buffer.byteLength(value);
    }
    case 'pair':
      return (properties[row.name] ?? []).reduce(
        (size, [name, value]) => size + 5 + Buffer.byteLength(name) + Buffer.byteLength(value),
        0,
      );
  }
}

/** Writes the properties of a holder (without their length field) and returns the offset behind them. */
export function writeProperties(
  buffer: Buffer,
  offset: number,
  holder: PropertyHolder,
  properties: Properties | undefined,
): number {
  if (properties === undefined) return offset;
  let at = offset;
  for (const row of propertiesOf[holder]) at = writeValue(buffer, at, row, properties);
  return at;
}

function writeValue(buffer: Buffer, offset: number, row: PropertyRow, from: Properties): number {
  let at = offset;
  switch (row.type) {
    case 'pair':
      for (const [name, value] of from[row.name] ?? []) {
        at = writeText(buffer, buffer.writeUInt8(row.id, at), name);
        at = writeText(buffer, at, value);
      }
      return at;
    case 'varint':
      for (const id of from[row.name] ?? []) {
        at = writeVarint(buffer, buffer.writeUInt8(row.id, at), id);
      }
      return at;
    case 'text': {
      const value = from[row.name];
      return value === undefined ? at : writeText(buffer, buffer.writeUInt8(row.id, at), value);
    }
    case 'binary': {
      const value = from[row.name];
      return value === undefined ? at : writeBinary(buffer, buffer.writeUInt8(row.id, at), value);
    }
    default:
      return writeNumber(buffer, at, row, from[row.name]);
  }
}

function writeNumber(
  buffer: Buffer,
  at: number,
  row: PropertyRow & { readonly type: 'byte' | 'uint16' | 'uint32' },
  value: number | undefined,
): number {
  if (value === undefined) return at;
  const next = buffer.writeUInt8(row.id, at);
  if (row.type === 'byte') return buffer.writeUInt8(value, next);
  return row.type === 'uint16'
    ? buffer.writeUInt16BE(value, next)
    : buffer.writeUInt32BE(value, next);
}

/** Bytes of a Variable Byte Integer. */
export function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
}

/** Writes a Variable Byte Integer [MQTT-1.5.5-1] and returns the offset behind it. */
export function writeVarint(buffer: Buffer, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  while (rest >= 0x80) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}

/** Writes a UTF-8 Encoded String and returns the offset behind it. */
export function writeText(buffer: Buffer, offset: number, text: string): number {
  const bytes = buffer.write(text, offset + 2, 'utf8');
  buffer.writeUInt16BE(bytes, offset);
  return offset + 2 + bytes;
}

/** Writes Binary Data and returns the offset behind it. */
export function writeBinary(buffer: Buffer, offset: number, data: Uint8Array): number {
  buffer.writeUInt16BE(data.length, offset);
  buffer.set(data, offset + 2);
  return offset + 2 + data.length;
}
