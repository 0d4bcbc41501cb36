#!/usr/bin/env node
// Adds to package-lock.json the optional, foreign-platform packages that a registry mirror does not carry.
// Without them `npm ci` of npm 11 refuses the lock file ("Missing: … from lock file"), although it would never
// install them here. Run it after every `npm install` that changes a dependency. No dependencies, Node >= 20.
const fs = require('node:fs');
const path = require('node:path');

const file = path.join(__dirname, '..', 'package-lock.json');
const lock = JSON.parse(fs.readFileSync(file, 'utf8'));
const packages = lock.packages;

/** Looks a name up from a package's folder outwards, the way Node and npm do. */
function isLocked(from, name) {
  for (let at = from; ; ) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]) return true;
    if (at === '') return false;
    const cut = at.lastIndexOf('/node_modules/');
    at = cut === -1 ? '' : at.slice(0, cut);
  }
}

/** The platform a package of this kind is for stands in its name: `@biomejs/cli-win32-arm64`, `…-linux-x64-musl`. */
function platformOf(name) {
  const os = /(win32|darwin|linux|freebsd|openbsd|netbsd|android|sunos|aix|openharmony|wasm32)/.exec(name)?.[1];
  const cpu = /(x64|arm64|ia32|arm|riscv64|ppc64|s390x|loong64|mips64el|wasm32)(?=-|$)/.exec(name)?.[1];
  const libc = /-(musl|gnu)(?:eabihf)?$/.exec(name)?.[1];
  return {
    ...(os === undefined || os === 'wasm32' ? {} : { os: [os] }),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(libc === undefined ? {} : { libc: [libc === 'gnu' ? 'glibc' : 'musl'] }),
  };
}

let added = 0;
for (const [from, entry] of Object.entries({ ...packages })) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(from, name)) continue;
    packages[`node_modules/${name}`] = { version: range.replace(/^[\^~]/, ''), optional: true, ...platformOf(name) };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
fs.writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added === 0 ? 'the lock file is complete' : `added ${added} entries`);
