// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type Limits, type TimeMs } from '#core';
import type { Clock } from '#runtime';
import { hashToken, newToken, type RegistryAuthenticator } from '#security';
import type {
  Page,
  PageRequest,
  ProvisionedDevice,
  ProvisioningKey,
  Registry,
  RegistryTables,
} from '#store';
import { Arrivals } from './arrivals.ts';
import { insertCredential } from './credential-rows.ts';
import { tokenRow } from './credentials.ts';
import type { ModelService } from './models.ts';
import type { ThingService } from './service.ts';

export interface ProvisioningKeyRequest {
  readonly name: string;
  readonly model: string;
  readonly admits: ProvisioningKey['admits'];
  readonly devicesMax: number;
  readonly expires?: TimeMs | undefined;
  readonly serials?: readonly SerialEntry[] | undefined;
}

/** A serial number that may use a key, and the thing that its device will be when that is there already. */
export interface SerialEntry {
  readonly serial: string;
  readonly thing?: number | undefined;
}

export interface ProvisioningOptions {
  readonly registry: Registry;
  readonly things: ThingService;
  readonly models: Pick<ModelService, 'find'>;
  readonly authenticator: RegistryAuthenticator;
  readonly clock: Clock;
  readonly limits: Limits;
}

/** What a device gets, once. */
export interface Provisioned {
  readonly thing: number;
  readonly username: string;
  readonly token: string;
}

/** Keys that all devices of a model carry, by which each fetches a credential of its own, once. */
export class Provisioning {
  readonly #options: ProvisioningOptions;
  readonly #arrivals: Arrivals;

  constructor(options: ProvisioningOptions) {
    this.#options = options;
    this.#arrivals = new Arrivals(options.limits);
  }

  /** Makes a key; its text is in the answer and nowhere else. Faults: `things.no-such-model`, `common.limit`. */
  async create(
    tenant: number,
    request: ProvisioningKeyRequest,
  ): Promise<{ readonly id: number; readonly key: string }> {
    const { registry, models, clock, limits } = this.#options;
    const { name, model, admits, devicesMax, expires, serials = [] } = request;
    if ((await models.find(tenant, { uri: model })) === undefined)
      throw new FaultError(fault('things.no-such-model', 'model', model));
    const { token: key, hash } = newToken('provisioning');
    const created = clock.now();
    const id = await registry.write(async (tables) => {
      const rows = await tables.provisioning.ofTenant(tenant);
      const inUse = rows.filter((row) => isInUse(row, created)).length;
      if (inUse >= limits['provisioning.keysPerTenantMax'])
        throw new FaultError(fault('common.limit', 'provisioning.keysPerTenantMax'));
      const row = { tenant, model, name, hash, admits, devicesMax, created, expires };
      const made = await tables.provisioning.insert(row);
      await enter(tables, { key: made, tenant, serials });
      return made;
    });
    return { id, key };
  }

  list(tenant: number): Promise<readonly ProvisioningKey[]> {
    return this.#options.registry.read.provisioning.ofTenant(tenant);
  }

  /** Fault: `common.not-found`. */
  async find(tenant: number, id: number): Promise<ProvisioningKey> {
    const row = await this.#options.registry.read.provisioning.byId(id);
    if (row?.tenant !== tenant)
      throw new FaultError(fault('common.not-found', 'provisioning key', String(id)));
    return row;
  }

  /** Ends a key; devices keep what they have got by it. Fault: `common.not-found`. */
  async revoke(tenant: number, id: number): Promise<void> {
    const { registry, clock } = this.#options;
    const now = clock.now();
    const was = await registry.write((tables) => tables.provisioning.revoke(tenant, id, now));
    if (!was) throw new FaultError(fault('common.not-found', 'provisioning key', String(id)));
  }

  async devices(tenant: number, id: number, page: PageRequest): Promise<Page<ProvisionedDevice>> {
    await this.find(tenant, id);
    return this.#options.registry.read.provisioning.devices(id, page);
  }

  /** Enters serial numbers; those that are known stay as they are. Fault: `common.not-found`. */
  async enter(tenant: number, id: number, serials: readonly SerialEntry[]): Promise<void> {
    await this.find(tenant, id);
    await this.#options.registry.write((tables) => enter(tables, { key: id, tenant, serials }));
  }

  /** Lets a device that has lost its credential fetch one again; the lost one ends. Fault: `common.not-found`. */
  async release(tenant: number, id: number, serial: string): Promise<void> {
    const { registry, clock, authenticator } = this.#options;
    await this.find(tenant, id);
    const now = clock.now();
    const thing = await registry.write(async (tables) => {
      const device = await tables.provisioning.device(id, serial);
      if (device?.issued === undefined || device.thing === undefined)
        throw new FaultError(fault('common.not-found', 'serial', serial));
      await tables.provisioning.assign(id, serial, { thing: device.thing, issued: undefined });
      await tables.credentials.revokeOfThing(device.thing, now);
      return device.thing;
    });
    authenticator.revoke({ thing });
  }

  /**
   * Gives a device its credential. Faults: `security.bad-credentials` for an unknown key and for a serial number that
   * the key does not admit, `security.too-many-attempts`, `things.already-provisioned`, `common.limit`.
   */
  async provision(request: {
    readonly key: string;
    readonly serial: string;
    /** Remote address. */
    readonly source: string;
  }): Promise<Provisioned> {
    const { registry, authenticator, clock } = this.#options;
    const { key: secret, serial, source } = request;
    const { guard } = authenticator;
    if (!guard.admits(source, undefined))
      throw new FaultError(fault('security.too-many-attempts', source));
    const now = clock.now();
    const { provisioning } = registry.read;
    const key = await provisioning.byHash(hashToken(secret));
    const device = key && (await provisioning.device(key.id, serial));
    const admitted = key?.admits === 'open' || device !== undefined;
    if (key === undefined || !isInUse(key, now) || !admitted) {
      guard.failed(source, undefined);
      throw new FaultError(fault('security.bad-credentials'));
    }
    if (device?.issued !== undefined)
      throw new FaultError(fault('things.already-provisioned', 'serial'));
    this.#arrivals.count(`key ${key.id}`, now);
    const known = device?.thing && (await registry.read.things.byId(device.thing));
    return known === undefined || known === 0
      ? this.#newThing(key, serial)
      : this.#knownThing(key, serial, known.id);
  }

  async #newThing(key: ProvisioningKey, serial: string): Promise<Provisioned> {
    const { token, hash } = newToken('device');
    const input = {
      ...{ name: serial, kind: 'device', model: { uri: key.model } },
      properties: { serialNumber: serial },
    };
    const made = await this.#options.things.create(key.tenant, input, (tables, thing) =>
      this.#issue(tables, { key, serial, thing, hash }),
    );
    return { thing: made.id, username: String(made.id), token };
  }

  async #knownThing(key: ProvisioningKey, serial: string, thing: number): Promise<Provisioned> {
    const { token, hash } = newToken('device');
    await this.#options.registry.write((tables) =>
      this.#issue(tables, { key, serial, thing, hash }),
    );
    return { thing, username: String(thing), token };
  }

  /** Checks once more what may have changed meanwhile, within the transaction. */
  async #issue(
    tables: RegistryTables,
    device: {
      readonly key: ProvisioningKey;
      readonly serial: string;
      readonly thing: number;
      readonly hash: string;
    },
  ): Promise<void> {
    const { clock, limits } = this.#options;
    const { serial, thing, hash } = device;
    const now = clock.now();
    const key = await tables.provisioning.byId(device.key.id);
    if (key === undefined || !isInUse(key, now))
      throw new FaultError(fault('security.bad-credentials'));
    const before = await tables.provisioning.device(key.id, serial);
    if (before?.issued !== undefined)
      throw new FaultError(fault('things.already-provisioned', 'serial'));
    if (before?.thing === undefined && key.devices >= key.devicesMax)
      throw new FaultError(fault('common.limit', 'devicesMax'));
    const base = { tenant: key.tenant, thing, username: undefined, created: now };
    const name = `provisioned by ${key.name}`;
    await insertCredential(tables, limits, { ...base, name, ...tokenRow(hash, undefined) });
    await tables.provisioning.assign(key.id, serial, { thing, issued: now });
  }
}

function isInUse({ revoked, expires }: ProvisioningKey, now: TimeMs): boolean {
  return revoked === undefined && (expires === undefined || expires > now);
}

async function enter(
  tables: RegistryTables,
  entry: {
    readonly key: number;
    readonly tenant: number;
    readonly serials: readonly SerialEntry[];
  },
): Promise<void> {
  const { key, tenant, serials } = entry;
  await tables.provisioning.list(
    key,
    serials.map(({ serial }) => serial),
  );
  for (const { serial, thing } of serials) {
    if (thing === undefined) continue;
    const row = await tables.things.byId(thing);
    if (row?.tenant !== tenant)
      throw new FaultError(fault('common.not-found', 'thing', String(thing)));
    const device = await tables.provisioning.device(key, serial);
    if (device?.issued !== undefined)
      throw new FaultError(fault('things.already-provisioned', 'serial', serial));
    await tables.provisioning.assign(key, serial, { thing, issued: undefined });
  }
}
