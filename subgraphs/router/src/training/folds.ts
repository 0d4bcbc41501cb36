/** Characters of a normalised prompt that are its opening. */
const OPENING = 60;
/** An opening that more prompts share is a template; what follows tells its prompts apart. */
const TEMPLATE = 15;
const TEMPLATE_OPENING = 320;

/**
 * Which fold each prompt belongs to: prompts that open alike stand in the same one, so that none is tested on what it was
 * nearly trained on. By a hash of the opening, whatever the order.
 */
export function foldsOf(prompts: readonly string[], folds: number, salt = ''): Int32Array {
  const normalised = prompts.map((prompt) =>
    prompt
      .slice(0, 2 * TEMPLATE_OPENING)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
  );
  const sharing = new Map<string, number>();
  for (const text of normalised) sharing.set(text.slice(0, OPENING), (sharing.get(text.slice(0, OPENING)) ?? 0) + 1);
  return Int32Array.from(normalised, (text) => {
    const template = (sharing.get(text.slice(0, OPENING)) ?? 0) > TEMPLATE;
    return hash(salt + text.slice(0, template ? TEMPLATE_OPENING : OPENING)) % folds;
  });
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 12)) >>> 0;
}
