import { createHash } from 'node:crypto';
import type { ModelRequest } from './model.ts';

/** Names of tools as a provider allows them, and back. */
export type ToolNames = {
  toWire(name: string): string;
  /** A name that was never offered comes back as it is, for validation to refuse. */
  fromWire(wireName: string): string;
};

/**
 * Providers allow letters, digits, _ and - only, and limit the length; ours may hold more (`crm.create lead`). Covers the
 * tools that are offered and those that the history speaks of; two names never share a wire name.
 */
export function toolNamesOf(request: ModelRequest, maxLength: number): ToolNames {
  const wireNames = new Map<string, string>();
  const names = new Map<string, string>();
  for (const name of namesIn(request)) {
    if (wireNames.has(name)) continue;
    const plain = name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, maxLength) || 'tool';
    const wireName = names.has(plain) ? distinct(plain, name, maxLength) : plain;
    wireNames.set(name, wireName);
    names.set(wireName, name);
  }
  return {
    toWire: (name) => wireNames.get(name) ?? name,
    fromWire: (wireName) => names.get(wireName) ?? wireName,
  };
}

function* namesIn(request: ModelRequest): Iterable<string> {
  for (const tool of request.tools) yield tool.name;
  for (const message of request.messages) {
    if (message.role === 'assistant') for (const call of message.toolCalls) yield call.name;
    if (message.role === 'tool') yield message.tool;
  }
}

function distinct(plain: string, name: string, maxLength: number): string {
  const mark = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${plain.slice(0, maxLength - 9)}_${mark}`;
}
