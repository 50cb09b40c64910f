// The colours of the house, once, for both themes.
// build.mjs turns them into custom properties and refuses to build when a pair
// named in `pairs` falls under its contrast, so that a change of shade can not
// quietly make a text unreadable.

export const light = {
  // Surfaces: paper carries reading, wash sets a part aside, raised floats.
  paper: '#ffffff',
  wash: '#f5f4ef',
  raised: '#ffffff',
  ink: '#171a1f',
  muted: '#444b55',
  line: '#dcdad2',
  // The edge of something one can act on; darker than a decorative line.
  edge: '#5f6570',
  brand: '#0b5563',
  'brand-ink': '#ffffff',
  good: '#145c35',
  warn: '#6f4400',
  bad: '#962118',
  'good-wash': '#e9f4ec',
  'warn-wash': '#fcf1dd',
  'bad-wash': '#fbecea',
  mark: '#ffe9a8',
  focus: '#1746c7',
  tint: '#f0efe9',
  'tint-1': '#dff0e6',
  'tint-2': '#fbe6da',
  'tint-3': '#dfecf7',
  'tint-4': '#faedc8',
  'tint-5': '#ece5f6',
  'tint-strong': '#5f645f',
  'tint-strong-1': '#2c7350',
  'tint-strong-2': '#a64f22',
  'tint-strong-3': '#2b689d',
  'tint-strong-4': '#80630a',
  'tint-strong-5': '#6c4ca3',
};

export const dark = {
  paper: '#14171b',
  wash: '#1c2025',
  raised: '#20252b',
  ink: '#eef0f2',
  muted: '#b4bbc4',
  line: '#343a42',
  edge: '#8f97a2',
  brand: '#86d3dd',
  'brand-ink': '#06262c',
  good: '#8ad8a8',
  warn: '#f0c069',
  bad: '#ffaaa0',
  'good-wash': '#17281f',
  'warn-wash': '#2d2515',
  'bad-wash': '#331f1d',
  mark: '#5a4a12',
  focus: '#a9c4ff',
  tint: '#23282e',
  'tint-1': '#1a2e25',
  'tint-2': '#352729',
  'tint-3': '#1b2c3b',
  'tint-4': '#322b15',
  'tint-5': '#2b2539',
  'tint-strong': '#a3aaa5',
  'tint-strong-1': '#7fcaa2',
  'tint-strong-2': '#f0a681',
  'tint-strong-3': '#8dc0ec',
  'tint-strong-4': '#dcbd5c',
  'tint-strong-5': '#c2a8ef',
};

const surfaces = ['paper', 'wash', 'raised'];
const tints = ['tint', 'tint-1', 'tint-2', 'tint-3', 'tint-4', 'tint-5'];

// [foreground, background, least contrast]
export const pairs = [
  ...surfaces.flatMap((s) => [
    ['ink', s, 7], ['muted', s, 7],
    ['good', s, 7], ['warn', s, 7], ['bad', s, 7],
    ['edge', s, 4.5], ['focus', s, 4.5], ['brand', s, 4.5],
  ]),
  ...tints.flatMap((t) => [['ink', t, 7], ['muted', t, 7], ['focus', t, 4.5], ['edge', t, 4.5]]),
  ...tints.map((t) => [t.replace('tint', 'tint-strong'), 'paper', 4.5]),
  ...tints.map((t) => [t.replace('tint', 'tint-strong'), t, 4.5]),
  ['brand-ink', 'brand', 7],
  ['ink', 'good-wash', 7], ['ink', 'warn-wash', 7], ['ink', 'bad-wash', 7], ['ink', 'mark', 7],
  ['muted', 'good-wash', 7], ['muted', 'warn-wash', 7], ['muted', 'bad-wash', 7],
  ['good', 'good-wash', 7], ['warn', 'warn-wash', 7], ['bad', 'bad-wash', 7],
];
