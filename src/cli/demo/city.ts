// SPDX-License-Identifier: Apache-2.0
import type { DeviceKind } from '#access';
import { demoUris } from '#api';

/** A kind of device in the demo city: its Thing Model, how its devices behave, and how many stand where. */
export interface CityKind extends Omit<DeviceKind, 'model'> {
  readonly uri: string;
  readonly name: string;
  readonly model: object;
  readonly count: number;
  readonly seconds: number;
}

interface Scale {
  readonly count: number;
  /** From one message of a device to its next. */
  readonly seconds: number;
}

interface Design extends Omit<DeviceKind, 'model'> {
  readonly properties: Readonly<Record<string, object>>;
  readonly actions?: Readonly<Record<string, object>>;
  readonly events?: Readonly<Record<string, object>>;
}

function kind(id: string, name: string, scale: Scale, design: Design): CityKind {
  const uri = `${demoUris}${id}`;
  const { properties, actions = {}, events = {}, ...behaviour } = design;
  const model = {
    '@context': ['https://www.w3.org/2022/wot/td/v1.1'],
    '@type': 'tm:ThingModel',
    id: uri,
    title: name,
    version: { model: '1.1.0' },
    properties,
    actions,
    events,
  };
  return { uri, name, model, ...scale, ...behaviour };
}

const number = (title: string, unit: string, minimum: number, maximum: number): object => ({
  ...{ title, type: 'number', unit, minimum, maximum },
  readOnly: true,
});
const flag = (title: string): object => ({ title, type: 'boolean', readOnly: true });
/** Something that a device reports; `severity` is ours, the standard has no word for it. */
const event = (
  title: string,
  severity: 'critical' | 'warning' | 'info',
  data: Readonly<Record<string, object>> = {},
): object => ({ title, severity, data: { type: 'object', properties: data } });
const round = (value: number): number => Number(value.toFixed(2));

/** The fictional city 烽台市: twelve kinds of devices, three hundred in all. No real place is meant. */
export const demoCity: readonly CityKind[] = [
  kind(
    'air-station',
    '空气站',
    { count: 24, seconds: 5 },
    {
      properties: {
        pm25: number('PM2.5', 'ug/m3', 0, 500),
        pm10: number('PM10', 'ug/m3', 0, 600),
        temperature: number('气温', 'Cel', -20, 50),
        humidity: number('相对湿度', '%', 0, 100),
      },
      usual: { pm25: [15, 65], pm10: [30, 110], temperature: [12, 26], humidity: [45, 80] },
    },
  ),
  kind(
    'water-level',
    '水位站',
    { count: 16, seconds: 5 },
    {
      properties: { level: number('水位', 'm', 0, 12), rainfall: number('时段雨量', 'mm', 0, 80) },
      events: {
        rising: event('水位上涨', 'warning', { level: { type: 'number', unit: 'm' } }),
        flood: event('超警戒水位', 'critical', { level: { type: 'number', unit: 'm' } }),
        normal: event('水位回落', 'info'),
      },
      usual: { level: [3.2, 4.1], rainfall: [0, 0.6] },
    },
  ),
  kind(
    'street-lamp',
    '路灯',
    { count: 60, seconds: 10 },
    {
      properties: {
        on: { title: '开关', type: 'boolean' },
        power: number('功率', 'W', 0, 250),
      },
      actions: { switch: { title: '开关灯', input: { type: 'boolean' } } },
      usual: { power: [115, 125] },
      relate: (values) => (values['on'] === true ? values : { ...values, power: 0 }),
      effects: { switch: (on) => ({ on }) },
    },
  ),
  kind(
    'electricity-meter',
    '电能表',
    { count: 40, seconds: 10 },
    {
      properties: {
        power: number('有功功率', 'kW', 0, 60),
        voltage: number('电压', 'V', 180, 260),
        current: number('电流', 'A', 0, 300),
      },
      usual: { power: [4, 18], voltage: [227, 234] },
      relate: ({ power, voltage }) => {
        const current = round((Number(power) * 1_000) / Number(voltage));
        return { power, voltage, current };
      },
    },
  ),
  kind(
    'water-meter',
    '水表',
    { count: 40, seconds: 15 },
    {
      properties: {
        flow: number('瞬时流量', 'm3/h', 0, 20),
        pressure: number('压力', 'kPa', 0, 1_000),
      },
      usual: { flow: [0.2, 3.5], pressure: [280, 340] },
    },
  ),
  kind(
    'manhole',
    '井盖',
    { count: 30, seconds: 15 },
    {
      properties: { open: flag('开启'), battery: number('电量', '%', 0, 100) },
      events: { opened: event('井盖开启', 'warning'), closed: event('井盖复位', 'info') },
      usual: { battery: [70, 95] },
    },
  ),
  kind(
    'fire-panel',
    '消防主机',
    { count: 12, seconds: 5 },
    {
      properties: { alarm: flag('火警'), smoke: number('烟雾浓度', '%', 0, 30) },
      events: {
        fire: event('火灾报警', 'critical', { smoke: { type: 'number', unit: '%' } }),
        reset: event('报警复位', 'info'),
      },
      usual: { smoke: [0, 1] },
      relate: (values) => (values['alarm'] === true ? { ...values, smoke: 18 } : values),
    },
  ),
  kind(
    'bus',
    '公交车',
    { count: 20, seconds: 2 },
    {
      properties: {
        position: { title: '位置', '@type': 'geo:Point', type: 'array', readOnly: true },
        speed: number('车速', 'km/h', 0, 90),
      },
      usual: { speed: [10, 50] },
    },
  ),
  kind(
    'greenhouse',
    '温室',
    { count: 20, seconds: 5 },
    {
      properties: {
        temperature: number('温度', 'Cel', 0, 45),
        soilMoisture: number('土壤含水率', '%', 0, 60),
        light: number('光照', 'lx', 0, 120_000),
      },
      usual: { temperature: [18, 30], soilMoisture: [28, 38], light: [5_000, 45_000] },
    },
  ),
  kind(
    'machine-tool',
    '机床',
    { count: 16, seconds: 2 },
    {
      properties: {
        spindle: number('主轴转速', '/min', 0, 12_000),
        vibration: number('振动', 'mm/s', 0, 20),
        parts: { title: '计件', type: 'integer', minimum: 0, maximum: 100_000, readOnly: true },
      },
      usual: { spindle: [3_000, 8_000], vibration: [0.8, 3.2] },
    },
  ),
  kind(
    'cold-chain',
    '冷链箱',
    { count: 12, seconds: 5 },
    {
      properties: { temperature: number('箱温', 'Cel', -40, 25), door: flag('门') },
      usual: { temperature: [-20, -16] },
    },
  ),
  kind(
    'tower-crane',
    '塔机',
    { count: 10, seconds: 2 },
    {
      properties: { load: number('吊重', 't', 0, 20), wind: number('风速', 'm/s', 0, 30) },
      usual: { load: [0, 6], wind: [1, 7] },
    },
  ),
];
