import { badInput } from '@switchyard/kernel/errors';

/**
 * A text from a client, as it is, once its length (in UTF-16 units) is within the bounds and PostgreSQL can keep it.
 * @throws PlatformError BAD_USER_INPUT that names the argument.
 */
export function boundedText(text: string, argument: string, bounds: { readonly min: number; readonly max: number }): string {
  if (text.length < bounds.min || text.length > bounds.max || text.trim().length < bounds.min) {
    throw badInput(`\`${argument}\` must have ${bounds.min} to ${bounds.max.toLocaleString('en')} characters.`, argument);
  }
  if (text.includes('\0')) throw badInput(`\`${argument}\` must not hold the character U+0000.`, argument);
  return text;
}

/**
 * An absolute http or https URL of at most 2,000 characters.
 * @throws PlatformError BAD_USER_INPUT that names the argument.
 */
export function webUrl(text: string, argument: string): string {
  const url = text.length <= 2000 ? URL.parse(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw badInput(`\`${argument}\` must be an http or https URL of at most 2,000 characters.`, argument);
  }
  if (url.username !== '' || url.password !== '')
    throw badInput(`\`${argument}\` must not hold a user name or password.`, argument);
  return text;
}
