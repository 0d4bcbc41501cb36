import { badInput } from '@switchyard/kernel/errors';
import { parseId } from '@switchyard/kernel/ids';
import type { Page } from '@switchyard/runtime/connection';

/**
 * The id after which a page of a list by id goes on; null at its beginning. A cursor is readable to who wants to forge it.
 * @throws PlatformError BAD_USER_INPUT
 */
export function lastSeenId(page: Page): string | null {
  if (page.after === null) return null;
  const id = parseId(page.after);
  if (id === null)
    throw badInput('`after` is not a cursor of this list. Use a cursor that this list gave, or leave it out.', 'after');
  return id;
}
