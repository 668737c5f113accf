// SPDX-License-Identifier: Apache-2.0
import { ByteSink } from './bytes.ts';

const typeI32 = 5;
const typeI64 = 6;
const typeBinary = 8;
const typeList = 9;
const typeStruct = 12;

/** Writes the Thrift compact protocol, as far as Parquet's headers and footer need it. */
export class ThriftWriter {
  readonly sink: ByteSink;
  #last = 0;
  readonly #outer: number[] = [];

  constructor(sink = new ByteSink(4_096)) {
    this.sink = sink;
  }

  i32(field: number, value: number): void {
    this.#header(field, typeI32);
    this.sink.zigzag(value);
  }

  i64(field: number, value: number): void {
    this.#header(field, typeI64);
    this.sink.zigzag(value);
  }

  bool(field: number, value: boolean): void {
    this.#header(field, value ? 1 : 2);
  }

  binary(field: number, value: Uint8Array): void {
    this.#header(field, typeBinary);
    this.sink.varint(value.length);
    this.sink.put(value);
  }

  text(field: number, value: string): void {
    this.binary(field, Buffer.from(value));
  }

  struct(field: number, body: () => void): void {
    this.#header(field, typeStruct);
    this.element(body);
  }

  /** A structure that stands alone or within a list. */
  element(body: () => void): void {
    this.#outer.push(this.#last);
    this.#last = 0;
    body();
    this.sink.byte(0);
    this.#last = this.#outer.pop() ?? 0;
  }

  structs<T>(field: number, items: readonly T[], body: (item: T) => void): void {
    this.#list(field, typeStruct, items.length);
    for (const item of items) this.element(() => body(item));
  }

  i32s(field: number, items: readonly number[]): void {
    this.#list(field, typeI32, items.length);
    for (const item of items) this.sink.zigzag(item);
  }

  texts(field: number, items: readonly string[]): void {
    this.#list(field, typeBinary, items.length);
    for (const item of items) {
      const bytes = Buffer.from(item);
      this.sink.varint(bytes.length);
      this.sink.put(bytes);
    }
  }

  #list(field: number, type: number, count: number): void {
    this.#header(field, typeList);
    if (count < 15) this.sink.byte((count << 4) | type);
    else {
      this.sink.byte(0xf0 | type);
      this.sink.varint(count);
    }
  }

  #header(field: number, type: number): void {
    const delta = field - this.#last;
    if (delta > 0 && delta <= 15) this.sink.byte((delta << 4) | type);
    else {
      this.sink.byte(type);
      this.sink.zigzag(field);
    }
    this.#last = field;
  }
}
