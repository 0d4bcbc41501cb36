import { badInput } from '@switchyard/kernel/errors';
import { type DocumentNode, visit } from 'graphql';

/** PostgreSQL keeps no U+0000, and half of a surrogate pair is no text in UTF-8: neither can be stored, so neither is taken. */
function isUsable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function refuse(argument: string): never {
  throw badInput(
    `\`${argument.slice(0, 100).toWellFormed().replaceAll('\0', '')}\` must not hold the character U+0000, nor half of a surrogate pair.`,
    argument.slice(0, 100).toWellFormed().replaceAll('\0', ''),
  );
}

/** @throws PlatformError BAD_USER_INPUT that names the first of the variables, or the field in it, that holds no usable text. */
export function refuseUnusableVariables(variables: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(variables)) refuseIn(value, name === 'input' ? '' : name);
}

function refuseIn(value: unknown, path: string): void {
  if (typeof value === 'string') {
    if (!isUsable(value)) refuse(path);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) refuseIn(item, `${path}[${index}]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      const at = path === '' ? name : `${path}.${name}`;
      if (!isUsable(name)) refuse(at);
      refuseIn(item, at);
    }
  }
}

/** The same for what is written into the document itself; it names the field or the argument that the text stands at. */
export function refuseUnusableLiterals(document: DocumentNode): void {
  visit(document, {
    StringValue: ({ value }, _key, parent) => {
      if (isUsable(value)) return;
      const named = typeof parent === 'object' && parent !== null && 'name' in parent ? parent.name : undefined;
      refuse(named?.kind === 'Name' ? named.value : 'input');
    },
  });
}
