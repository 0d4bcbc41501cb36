import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, HTTP_STATUS } from './errors.ts';

const DOCS = join(import.meta.dirname, '../../../docs/errors');

describe('the pages of the error codes', () => {
  it.each(ERROR_CODES)('%s has a page that says its status, what it means and what to do', (code) => {
    const page = readFileSync(join(DOCS, `${code}.md`), 'utf8');
    expect(page).toContain(`# ${code}`);
    expect(page).toContain(`**${HTTP_STATUS[code]}**`);
    expect(page).toMatch(/## What it means\n\n\S/);
    expect(page).toMatch(/## What to do\n\n\S/);
  });

  it('are for no other code, and all stand in the list', () => {
    const pages = readdirSync(DOCS).filter((file) => file !== 'README.md');
    expect(new Set(pages)).toEqual(new Set(ERROR_CODES.map((code) => `${code}.md`)));
    const list = readFileSync(join(DOCS, 'README.md'), 'utf8');
    for (const code of ERROR_CODES) expect(list).toContain(`[${code}](${code}.md)`);
  });
});
