// SPDX-License-Identifier: Apache-2.0
// What oxlint's own restriction rules cannot say, as an oxlint plug-in.

const nameOf = (node) =>
  node?.type === 'MemberExpression' && !node.computed ? node.property.name : node?.name;

/** Reading the clock: a date made from a given time is fine. */
const clock = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const message = 'time arrives as a Clock argument (#runtime)';
    const isDate = (node) => node.type === 'Identifier' && node.name === 'Date';
    return {
      NewExpression(node) {
        if (isDate(node.callee) && node.arguments.length === 0) context.report({ node, message });
      },
      CallExpression(node) {
        if (isDate(node.callee)) context.report({ node, message });
      },
      MemberExpression(node) {
        const now = nameOf(node) === 'now';
        const from = node.object.type === 'Identifier' ? node.object.name : '';
        if (now && (from === 'Date' || from === 'performance')) context.report({ node, message });
      },
    };
  },
};

/** The one-shot functions sign SM2 with a distinguishing id that differs between OpenSSL versions. */
const sm3OneShot = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const message =
      "no one-shot sign/verify with 'sm3': createSign('sm3') over Z ‖ M, the id is then ours";
    return {
      CallExpression(node) {
        const [first] = node.arguments;
        const algorithm = first?.type === 'Literal' ? String(first.value) : '';
        if (!/^(sm3|rsa-sm3)$/i.test(algorithm)) return;
        if (['sign', 'verify'].includes(nameOf(node.callee))) context.report({ node, message });
      },
    };
  },
};

/** `as` outside `as const`: narrow with a guard or a schema. */
const noAs = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    return {
      TSAsExpression(node) {
        const { typeAnnotation: type } = node;
        if (type.type === 'TSTypeReference' && type.typeName.name === 'const') return;
        context.report({ node, message: 'no `as`: narrow with a type guard or a schema' });
      },
      TSTypeAssertion(node) {
        context.report({
          node,
          message: 'no type assertion: narrow with a type guard or a schema',
        });
      },
    };
  },
};

const noEnum = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const report = (what) => (node) =>
      context.report({ node, message: `no ${what}: not erasable` });
    return {
      TSEnumDeclaration: report('enum'),
      TSModuleDeclaration(node) {
        const augments = node.declare && (node.id.type === 'Literal' || node.kind === 'global');
        if (!augments) report('namespace')(node);
      },
      TSParameterProperty: report('parameter property'),
      TSImportEqualsDeclaration: report('import ='),
    };
  },
};

export default {
  meta: { name: 'bans' },
  rules: { clock, 'sm3-one-shot': sm3OneShot, 'no-as': noAs, erasable: noEnum },
};
