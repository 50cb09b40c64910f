// Builds what the browser sees into static/vendor/, which is not committed:
// the theme, our scripts, the fonts cut down to what French and English need,
// and a sprite of the icons used. Every browser-facing name carries a hash of
// its content, so that it can be cached for ever; manifest.json gives the
// names. Run: npm ci --ignore-scripts && node static/build.mjs

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import * as sass from 'sass';
import subsetFont from 'subset-font';

import { dark, light, pairs } from './theme/tokens.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, '..', 'node_modules');
const vendor = join(here, 'vendor');
const manifest = {};
const sizes = [];

rmSync(vendor, { recursive: true, force: true });
mkdirSync(join(vendor, 'fonts'), { recursive: true });

/** Write a file under a name that carries its hash, and remember it. */
function publish(logical, content) {
  const bytes = Buffer.from(content);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10);
  const dot = logical.lastIndexOf('.');
  const hashed = `${logical.slice(0, dot)}.${hash}${logical.slice(dot)}`;
  writeFileSync(join(vendor, hashed), bytes);
  manifest[logical] = hashed;
  sizes.push([logical, logical.endsWith('.woff2') ? bytes.length : gzipSync(bytes).length]);
  return hashed;
}

// --- Colours -----------------------------------------------------------------

function luminance(hex) {
  const [r, g, b] = [1, 3, 5]
    .map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const faults = [['light', light], ['dark', dark]].flatMap(([name, theme]) =>
  pairs
    .map(([front, back, least]) => [front, back, least, contrast(theme[front], theme[back])])
    .filter(([, , least, found]) => found < least)
    .map(([front, back, least, found]) =>
      `${name}: ${front} on ${back} is ${found.toFixed(2)}, needs ${least}`),
);
if (faults.length) {
  console.error(faults.join('\n'));
  process.exit(1);
}

const declare = (theme) =>
  Object.entries(theme).map(([name, value]) => `--pv-${name}:${value};`).join('');

// `:where` keeps the weight of these rules at nothing, so that the company's
// own small stylesheet wins whatever selector it uses.
const tokens = [
  `:where(:root){color-scheme:light;${declare(light)}}`,
  `:where([data-theme="dark"]){color-scheme:dark;${declare(dark)}}`,
  `@media screen and (prefers-color-scheme:dark){:where([data-theme="auto"]){color-scheme:dark;${declare(dark)}}}`,
  // Paper is white: a page printed from the dark theme takes the light colours.
  `@media print{:where([data-theme]){color-scheme:light;${declare(light)}}}`,
].join('\n');

// --- Fonts -------------------------------------------------------------------

const range = (from, to) =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i)).join('');

// What French and English are written with; other Latin letters (names, mostly)
// lie in a second file that the browser fetches only when a page has one.
const latin =
  range(0x20, 0x7e) + range(0xa0, 0xff) + range(0x2010, 0x2014) +
  'ŒœŸ‘’‚“”„•…‰‹›€™←↑→↓−\u00ad\u2009\u202f';
const latinMore = range(0x100, 0x17f) + range(0x218, 0x21b) + 'Ǆǅǆẞ';
const unicodeRange = {
  latin:
    'U+20-7E,U+A0-FF,U+152-153,U+178,U+2009-2014,U+2018-201E,U+2022,U+2026,U+202F,U+2030,U+2039-203A,U+20AC,U+2122,U+2190-2193,U+2212',
  more: 'U+100-151,U+154-177,U+179-17F,U+1C4-1C6,U+218-21B,U+1E9E',
};

const files = join(modules, '@fontsource-variable');
const text = (set, style) =>
  readFileSync(join(files, `atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-${set}-wght-${style}.woff2`));
const display = (set) =>
  readFileSync(join(files, `bricolage-grotesque/files/bricolage-grotesque-${set}-opsz-normal.woff2`));

// Headings use one cut (bold, drawn for about 48 px): one instance weighs half
// of what the axis would, and headings need no other.
const headingAxes = { wght: 700, opsz: 48 };
const faces = [
  { name: 'text', family: 'Atkinson', weight: '400 700', style: 'normal', data: text('latin', 'normal'), axes: { wght: { min: 400, max: 700 } }, chars: latin, set: 'latin' },
  { name: 'text-italic', family: 'Atkinson', weight: '400', style: 'italic', data: text('latin', 'italic'), axes: { wght: 400 }, chars: latin, set: 'latin' },
  { name: 'text-more', family: 'Atkinson', weight: '400 700', style: 'normal', data: text('latin-ext', 'normal'), axes: { wght: { min: 400, max: 700 } }, chars: latinMore, set: 'more' },
  { name: 'display', family: 'Bricolage', weight: '700', style: 'normal', data: display('latin'), axes: headingAxes, chars: latin, set: 'latin' },
  { name: 'display-more', family: 'Bricolage', weight: '700', style: 'normal', data: display('latin-ext'), axes: headingAxes, chars: latinMore, set: 'more' },
];

let fontFaces = '';
for (const face of faces) {
  const woff2 = await subsetFont(face.data, face.chars, { targetFormat: 'woff2', variationAxes: face.axes });
  const file = publish(`fonts/${face.name}.woff2`, woff2);
  fontFaces +=
    `@font-face{font-family:"${face.family}";font-style:${face.style};font-weight:${face.weight};` +
    `font-display:swap;src:url("${file}") format("woff2");unicode-range:${unicodeRange[face.set]}}\n`;
}

// Until a font arrives, a local one stands in, scaled to the same width and
// height, so that nothing moves when it is swapped.
fontFaces +=
  '@font-face{font-family:"Atkinson stand-in";src:local("Arial"),local("Liberation Sans"),local("Roboto");size-adjust:101%;ascent-override:94%;descent-override:26%;line-gap-override:0%}\n' +
  '@font-face{font-family:"Bricolage stand-in";src:local("Arial Bold"),local("Arial"),local("Liberation Sans Bold"),local("Roboto Bold");font-weight:700;size-adjust:97%;ascent-override:96%;descent-override:28%;line-gap-override:0%}\n';

// Printed documents embed plain static instances: fixed weights, TrueType, and
// both sets of letters, so that every name prints. They are never sent to a
// browser, hence no hash.
const prints = [
  ['atkinson-regular', 'Atkinson', 400, 'normal', (s) => text(s, 'normal'), { wght: 400 }],
  ['atkinson-bold', 'Atkinson', 700, 'normal', (s) => text(s, 'normal'), { wght: 700 }],
  ['atkinson-italic', 'Atkinson', 400, 'italic', (s) => text(s, 'italic'), { wght: 400 }],
  ['bricolage-bold', 'Bricolage', 700, 'normal', display, headingAxes],
];
let printFaces = '';
for (const [name, family, weight, style, source, axes] of prints) {
  for (const [suffix, set, chars] of [['', 'latin', latin], ['-more', 'latin-ext', latinMore]]) {
    const file = `print-${name}${suffix}.ttf`;
    const ttf = await subsetFont(source(set), chars, { targetFormat: 'truetype', variationAxes: axes });
    writeFileSync(join(vendor, 'fonts', file), ttf);
    printFaces +=
      `@font-face{font-family:"${family}${suffix ? ' More' : ''}";font-style:${style};font-weight:${weight};src:url("${file}") format("truetype")}\n`;
  }
}
writeFileSync(join(vendor, 'fonts', 'print.css'), printFaces);
for (const [family, name] of [['atkinson-hyperlegible-next', 'Atkinson'], ['bricolage-grotesque', 'Bricolage']]) {
  writeFileSync(join(vendor, 'fonts', `${name}-OFL.txt`), readFileSync(join(files, family, 'LICENSE')));
}

// --- Theme -------------------------------------------------------------------

const { css } = sass.compile(join(here, 'theme', 'theme.scss'), {
  style: 'compressed',
  loadPaths: [modules],
  quietDeps: true,
  // Bootstrap 5.3 is still written with @import; nothing of ours needs it else.
  silenceDeprecations: ['import', 'global-builtin', 'color-functions', 'if-function'],
});
publish('theme.css', `${fontFaces}${tokens}\n${css.replace(/^\uFEFF/, '')}`);

// --- Icons -------------------------------------------------------------------

// Our name: the file's name in bootstrap-icons.
const icons = {
  'arrow-right': 'arrow-right',
  'arrow-left': 'arrow-left',
  up: 'chevron-up',
  down: 'chevron-down',
  check: 'check-lg',
  close: 'x-lg',
  'circle-check': 'check-circle',
  circle: 'circle',
  dot: 'record-circle',
  info: 'info-circle',
  warning: 'exclamation-triangle',
  stop: 'exclamation-octagon',
  help: 'question-circle',
  search: 'search',
  person: 'person-circle',
  clock: 'clock',
  copy: 'copy',
  print: 'printer',
  download: 'download',
  book: 'book',
  shield: 'shield-check',
  award: 'award',
  pen: 'pencil',
  calendar: 'calendar3',
  link: 'link-45deg',
  lock: 'lock',
  mail: 'envelope',
  phone: 'telephone',
  people: 'people',
  chart: 'bar-chart',
  settings: 'sliders',
  menu: 'list',
  lightbulb: 'lightbulb',
  eye: 'eye',
  heart: 'heart',
  chat: 'chat',
  share: 'share',
  quote: 'quote',
  bell: 'bell',
  globe: 'globe2',
  pause: 'pause-circle',
  trash: 'trash3',
  upload: 'upload',
  file: 'file-earmark-text',
  signature: 'vector-pen',
};
const symbols = Object.entries(icons).map(([name, file]) => {
  const svg = readFileSync(join(modules, 'bootstrap-icons', 'icons', `${file}.svg`), 'utf8');
  const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, '').replace('</svg>', '').replace(/\s*\n\s*/g, '');
  return `<symbol id="${name}" viewBox="0 0 16 16">${body}</symbol>`;
});
publish('icons.svg', `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`);
publish('favicon.svg', readFileSync(join(here, 'theme', 'favicon.svg')));

// --- Script ------------------------------------------------------------------

// Every script beside this file, but for the build itself. Comments stay in the
// source; the browser does not need them.
for (const name of readdirSync(here).filter((name) => name.endsWith('.js'))) {
  const script = readFileSync(join(here, name), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(\/\/|\/\*\*|\*\/?\s|\*\/)/.test(line))
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n');
  publish(name, script);
}

writeFileSync(join(vendor, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n');

// --- Weight ------------------------------------------------------------------

// A lesson's first visit fetches these; the page itself and its figures come on
// top, within 120 KB in all.
const first = ['theme.css', 'app.js', 'lesson.js', 'icons.svg', 'favicon.svg', 'fonts/text.woff2', 'fonts/text-italic.woff2', 'fonts/display.woff2'];
const total = sizes.filter(([name]) => first.includes(name)).reduce((sum, [, size]) => sum + size, 0);
for (const [name, size] of sizes) console.log(`${(size / 1000).toFixed(1).padStart(6)} KB  ${name}`);
console.log(`${(total / 1000).toFixed(1).padStart(6)} KB  first visit (limit 95)`);
if (total > 95_000) {
  console.error('The first visit is too heavy.');
  process.exit(1);
}
