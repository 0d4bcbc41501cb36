#!/usr/bin/env node
// Installs what is missing, before npm runs a script: `runtime` (what the platform needs) or `all` (tests and tools too).
// No dependencies, Node >= 20. An install that was killed midway leaves no marker, so the next start repairs it.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const wanted = process.argv[2] === 'all' ? 'all' : 'runtime';
const marker = path.join(root, 'node_modules', '.switchyard-install');
const lockText = fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8');
const fingerprint = require('node:crypto').createHash('sha256').update(lockText).digest('hex');

const installed = fs.existsSync(marker) ? fs.readFileSync(marker, 'utf8').trim() : '';
if (installed === `all ${fingerprint}` || installed === `${wanted} ${fingerprint}`) process.exit(0);

// A plain `npm install` by hand leaves npm's own marker; it installs everything.
const npmMarker = path.join(root, 'node_modules', '.package-lock.json');
const mtime = (file) => (fs.existsSync(file) ? fs.statSync(file).mtimeMs : 0);
if (
  installed === '' &&
  mtime(npmMarker) >= mtime(path.join(root, 'package-lock.json')) &&
  fs.existsSync(path.join(root, 'node_modules', 'vitest'))
)
  process.exit(0);

console.log(
  wanted === 'all' ? 'Installing what the platform and its tests need (once) …' : 'Installing what the platform needs (once) …',
);
const flags = ['ci', '--no-audit', '--no-fund', ...(wanted === 'all' ? [] : ['--omit=dev'])];
const npm = process.env.npm_execpath;
const { status } = npm
  ? spawnSync(process.execPath, [npm, ...flags], { cwd: root, stdio: 'inherit' })
  : spawnSync('npm', flags, { cwd: root, stdio: 'inherit' });
if (status !== 0) {
  console.error('The install failed: check the network and the disk, then run the same command again.');
  process.exit(1);
}
fs.writeFileSync(marker, `${wanted} ${fingerprint}\n`);
