// Writes assembly/regex/unicode.ts: general categories, scripts and simple case folding, read from Node's own \p{} and /iu.
// Usage: node tools/generate-unicode.mjs (then prettier). Another Unicode version of Node gives another file: the version is in it.
import { writeFileSync } from "node:fs";

const LAST = 0x10ffff;
// The order is the code of a category in the table. Cn (unassigned) has one too: it fills the gaps.
const CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split(
  " ",
);
const ALTERNATING = CATEGORIES.length; // a run Lu Ll Lu Ll ..., which Latin Extended and Cyrillic are full of
// Names as RE2 spells them (re2/unicode_groups.cc); Node has no list of them. Code 0 is "no script" (Unknown).
const SCRIPTS =
  `Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Beria_Erfe
Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian
Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan
Elymaic Ethiopic Garay Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Gurung_Khema Han Hangul
Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese
Kaithi Kannada Katakana Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Kirat_Rai Lao Latin Lepcha Limbu
Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek
Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean Nag_Mundari Nandinagari
New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Ol_Onal Old_Hungarian Old_Italic Old_North_Arabian Old_Permic
Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa
Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham Sidetic SignWriting Sinhala Sogdian
Sora_Sompeng Soyombo Sundanese Sunuwar Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Tai_Yo Takri Tamil Tangsa
Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Todhri Tolong_Siki Toto Tulu_Tigalari Ugaritic Vai Vithkuqi Wancho
Warang_Citi Yezidi Yi Zanabazar_Square`.split(/\s+/);

let every = "";
for (let c = 0; c <= LAST; c++) if (c < 0xd800 || c > 0xdfff) every += String.fromCodePoint(c);

/** Fills codes with `code` wherever \p{property} holds. */
function mark(codes, property, code) {
  for (const [text] of every.matchAll(new RegExp(`\\p{${property}}+`, "gu")))
    for (const character of text) codes[character.codePointAt(0)] = code;
}

const varint = (n) => (n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...varint(n >>> 7)]);
const zigzag = (n) => varint(n < 0 ? -2 * n - 1 : 2 * n);

/** Runs of equal codes as [code, length]; Lu Ll pairs of four or more become one ALTERNATING run when asked. */
function runs(codes, alternating) {
  const out = [];
  for (let c = 0; c <= LAST;) {
    let n = c;
    if (alternating) while (n <= LAST && codes[n] === (n - c) % 2) n++;
    if (n - c >= 4) out.push([ALTERNATING, n - c]);
    else {
      for (n = c; n <= LAST && codes[n] === codes[c];) n++;
      out.push([codes[c], n - c]);
    }
    c = n;
  }
  return out;
}

const categoryCodes = new Uint8Array(LAST + 1).fill(CATEGORIES.indexOf("Cn"));
for (const name of CATEGORIES) if (name !== "Cs" && name !== "Cn") mark(categoryCodes, name, CATEGORIES.indexOf(name));
categoryCodes.fill(CATEGORIES.indexOf("Cs"), 0xd800, 0xe000);
const categories = runs(categoryCodes, true).flatMap(([code, n]) => (n < 8 ? [code | (n << 5)] : [code, ...varint(n)]));

const scriptCodes = new Uint8Array(LAST + 1);
SCRIPTS.forEach((name, i) => mark(scriptCodes, `Script=${name}`, i + 1));
const scripts = runs(scriptCodes, false).flatMap(([code, n]) => [code, ...varint(n)]);

// Simple case folding: for each character the next one of its orbit, in a circle, as re2/unicode_casefold.h has it.
const cased = every.match(/[\p{Changes_When_Casemapped}\p{Changes_When_Casefolded}]/gu);
const next = new Map();
for (const character of cased) {
  const pattern = new RegExp(`\\u{${character.codePointAt(0).toString(16)}}`, "giu");
  const orbit = cased
    .join("")
    .match(pattern)
    .map((s) => s.codePointAt(0));
  const c = character.codePointAt(0);
  if (orbit.length > 1) next.set(c, orbit[(orbit.indexOf(c) + 1) % orbit.length]);
}
// Latin and Cyrillic pairs alternate, so entries of stride two interleave: an upper case one, a lower case one.
const folds = [];
const left = new Set([...next.keys()].sort((a, b) => a - b));
let previous = 0;
for (const c of left) {
  const delta = next.get(c) - c;
  const length = (stride) => {
    let n = 0;
    while (left.has(c + n * stride) && next.get(c + n * stride) - (c + n * stride) === delta) n++;
    return n;
  };
  const stride = length(2) > length(1) ? 2 : 1;
  const count = length(stride);
  for (let i = 0; i < count; i++) left.delete(c + i * stride);
  folds.push(...varint(c - previous), ...varint(count * 2 + (stride - 1)), ...zigzag(delta));
  previous = c;
}

const names = (list) => [...Buffer.from(list.map((name) => name + " ").join(""), "latin1")];

/** Bytes as little-endian 32-bit words: fewer source lines and less of asc's time than single bytes take. */
function words(bytes) {
  const padded = Buffer.concat([Buffer.from(bytes), Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  const out = [];
  for (let i = 0; i < padded.length; i += 4) out.push("0x" + padded.readUInt32LE(i).toString(16));
  return `memory.data<u32>([${out.join(", ")}])`;
}

const tables = {
  CATEGORY_NAMES: names(CATEGORIES),
  SCRIPT_NAMES: names(SCRIPTS),
  CATEGORIES: categories,
  SCRIPTS: scripts,
  FOLDS: folds,
};
let source = `// Unicode ${process.versions.unicode}. Made by tools/generate-unicode.mjs: do not edit.
// CATEGORY_NAMES and SCRIPT_NAMES: each name is ended by a space; its place is its code (for scripts counted from one).
// CATEGORIES: runs over all code points; the code in the low five bits, the length in the high three, or zero there and a varint.
// SCRIPTS: runs over all code points; the code, the length as a varint.
// FOLDS: gap from the last entry's first character, 2 * count + stride - 1, zigzag distance to the next of the orbit; varints.
/** Code of a run of alternating Lu and Ll. */
export const ALTERNATING: u32 = ${ALTERNATING};
`;
for (const [name, bytes] of Object.entries(tables))
  source += `export const ${name}: usize = ${words(bytes)};\nexport const ${name}_SIZE: usize = ${bytes.length};\n`;
writeFileSync(new URL("../assembly/regex/unicode.ts", import.meta.url), source);
const sizes = Object.entries(tables).map(([name, bytes]) => `${name} ${bytes.length}`);
console.log(`Unicode ${process.versions.unicode}: ${sizes.join(", ")} bytes`);
