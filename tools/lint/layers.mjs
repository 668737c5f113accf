// SPDX-License-Identifier: Apache-2.0
// The layer rules of ARCHITECTURE.md as an oxlint plug-in.
import path from 'node:path';

/** Domains by level; a domain imports only from lower levels, equals meet on the bus. */
export const levels = {
  core: 0,
  runtime: 1,
  model: 1,
  config: 1,
  bus: 2,
  store: 2,
  security: 3,
  things: 4,
  access: 5,
  process: 5,
  share: 5,
  identify: 5,
  trace: 5,
  certify: 6,
  evaluate: 6,
  api: 7,
  main: 8,
  cli: 9,
};

const testFile =
  /\.(test|prop\.test|fuzz|bench)\.[mc]?ts$|\/(test|testing|simulation|conformance)\/|\/test-support\.ts$/;
const codecFile = /^(codec|table)([.-].*)?\.ts$/;
const codecFolder = /\/codec\//;
const adapterFile = /^(adapter|simulator)([.-].*)?\.ts$/;
const adapterFolder = /\/(adapter|simulator)\//;

/** What a file under src is, from its path. */
function placeOf(file) {
  const [, first = '', ...rest] = file.split('/');
  const domain = rest.length === 0 ? path.basename(first, '.ts') : first;
  const protocol = /^src\/access\/protocols\/[^/]+\//.test(file);
  const name = path.posix.basename(file);
  const inside = protocol ? file.replace(/^src\/access\/protocols\/[^/]+/, '') : '';
  return {
    domain,
    protocol,
    test: testFile.test(file),
    codec: protocol && (codecFile.test(name) || codecFolder.test(inside)),
    adapter: protocol && (adapterFile.test(name) || adapterFolder.test(inside)),
  };
}

function domainFault(place, target, subpath) {
  if (target === place.domain) return `import from inside '${target}' by a relative path`;
  if (!(target in levels)) return `'#${target}' is no domain of tools/lint/layers.mjs`;
  if (place.test) return undefined;
  if (subpath === 'sim' || subpath === 'testing') return `'#${target}/${subpath}' is for tests`;
  if (target === 'config' && !['main', 'cli'].includes(place.domain)) {
    return `only main.ts and cli read '#config': take what you need as arguments`;
  }
  if (levels[target] < levels[place.domain]) return undefined;
  // Equals meet on the bus.
  if (target === 'bus' && levels.bus === levels[place.domain]) return undefined;
  return `'${place.domain}' (L${levels[place.domain]}) may not import '${target}' (L${levels[target]})`;
}

function protocolFault(place, target, typeOnly) {
  if (!place.protocol || place.test) return undefined;
  if (place.codec && !['core', 'model'].includes(target)) {
    return `a codec imports only '#core' and '#model'`;
  }
  if (['runtime', 'bus'].includes(target) && !place.adapter && !typeOnly) {
    return `only the adapter of a protocol uses '#${target}'; elsewhere import its types`;
  }
  return undefined;
}

function relativeFault(file, place, source) {
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), source));
  if (place.domain === 'cli' && target === 'src/main.ts') return undefined;
  if (place.test)
    return target.startsWith(`src/${place.domain}/`) ? undefined : outsideTest(target);
  if (target.startsWith(`src/${place.domain}/`)) return undefined;
  return `a relative import stays inside '${place.domain}': use '#domain'`;
}

/** A test may also use the helpers of test/ and the data beside the project. */
function outsideTest(target) {
  return target.startsWith('src/') ? `a test imports another domain as '#domain'` : undefined;
}

const bareNode = /^node:(?!buffer$|assert|string_decoder$)/;

/** Codes that are written to disk are data, wherever they are needed. */
const codesOnly = (names) => names.length > 0 && names.every((name) => name === 'RecordKind');

/** Why an import is wrong, or undefined. `file` is relative to the repository with `/`; `names` are its values. */
export function importFault(file, source, names, typeOnly) {
  const place = placeOf(file);
  if (source.startsWith('.')) return relativeFault(file, place, source);
  if (source.startsWith('#')) {
    const [target = '', subpath] = source.slice(1).split('/');
    const harmless = typeOnly || codesOnly(names);
    return domainFault(place, target, subpath) ?? protocolFault(place, target, harmless);
  }
  if (place.codec && !place.test && bareNode.test(source))
    return `a codec does no I/O: '${source}'`;
  return undefined;
}

const layers = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    if (!file.startsWith('src/')) return {};
    const check = (node) => {
      const source = node.source;
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const specifiers = node.specifiers ?? [];
      const values = specifiers.filter((each) => (each.importKind ?? each.exportKind) !== 'type');
      const typeOnly =
        node.importKind === 'type' ||
        node.exportKind === 'type' ||
        (specifiers.length > 0 && values.length === 0);
      const names = values.map((each) => each.imported?.name ?? each.local?.name);
      const message = importFault(file, source.value, names, typeOnly);
      if (message) context.report({ node, message });
    };
    const wires = (node) => {
      const message = 'main.ts only wires: a class belongs to a domain';
      if (/^src\/main(\.ts$|\/)/.test(file)) context.report({ node, message });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      ClassDeclaration: wires,
      ClassExpression: wires,
    };
  },
};

export default { meta: { name: 'layers' }, rules: { layers } };
