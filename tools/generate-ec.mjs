// Makes, in assembly/crypto/ec/, parameters.ts (those of the NIST prime curves) and p256.ts, p384.ts and p521.ts (the arithmetic of
// their fields, unrolled). `--check` compares instead of writing.
//
// A field element is a row of `limbs` signed 32-bit limbs of `width` bits in Montgomery form, R = 2^(limbs * width). All limbs but the
// top one are in [0, 2^width); the value is in [-p/8, 9p/8] and not unique. p is 2^bits and a few more powers of two, and -1 modulo
// 2^width: so Montgomery's quotient digit is the low limb itself, and its product with p a handful of shifts.
//
// Why nothing overflows and the range holds: limbs * 2^(2 * width) and the shifted digits stay below 2^63 (asserted below). A
// product ends at ab/R + mp/R with 0 <= m < R, so between -p/8 and 9p/8 as |ab| is below 2p² and R above 32p.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as prettier from "prettier";

// NIST SP 800-186 §3.2.1.3 to §3.2.1.5. `prime`: exponents and signs of the powers of two that p is the sum of.
const CURVES = [
  {
    name: "P256",
    bits: 256,
    width: 29,
    limbs: 9,
    prime: { 256: 1, 224: -1, 192: 1, 96: 1, 0: -1 },
    n: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    b: "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
    gx: "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    gy: "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  },
  {
    name: "P384",
    bits: 384,
    width: 28,
    limbs: 14,
    prime: { 384: 1, 128: -1, 96: -1, 32: 1, 0: -1 },
    n: "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    b: "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
    gx: "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
    gy: "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
  },
  {
    name: "P521",
    bits: 521,
    width: 28,
    limbs: 19,
    prime: { 521: 1, 0: -1 },
    n: "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    b: "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
    gx: "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
    gy: "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
  },
];

/** Statements that begin with `first` and add the terms to `t`, as many a statement as fit a line. */
function accumulate(first, terms) {
  const lines = [first];
  for (const term of terms) {
    const last = lines.at(-1);
    if (last.length + term.length > 117) lines.push(`t +=${term.replace(/^ \+/, "")}`);
    else lines[lines.length - 1] = last + (last.endsWith("=") ? term.replace(/^ \+/, "") : term);
  }
  return `${lines.join(";\n")};\n`;
}

/** Quotient digits times the powers of two of p that fall into column `k`. */
function reduction({ prime, width, limbs }, k) {
  return Object.entries(prime).flatMap(([exponent, sign]) => {
    const digit = k - Math.floor(exponent / width);
    if (exponent === "0" || digit < 0 || digit >= limbs) return [];
    return [` ${sign > 0 ? "+" : "-"} (m${digit} << ${exponent % width})`];
  });
}

/** The columns of a product (Comba), the low half of them cancelled by multiples of p. `term(i, j)` is limb i times limb j, or "". */
function columns(curve, term) {
  const { width, limbs } = curve;
  let out = "";
  for (let k = 0; k < 2 * limbs - 1; k++) {
    const products = Array.from({ length: limbs }, (_, i) => (k - i >= 0 && k - i < limbs ? term(i, k - i) : ""));
    const terms = [...reduction(curve, k), ...products.filter(Boolean).map((product) => ` + ${product}`)];
    out += accumulate(k === 0 ? "let t =" : `t = (t >> ${width})`, terms);
    if (k < limbs) out += `const m${k} = t & MASK;\n`;
    else out += `store<i32>(r, <i32>(t & MASK), ${4 * (k - limbs)});\n`;
  }
  return `${out}store<i32>(r, <i32>(t >> ${width}), ${4 * (limbs - 1)});`;
}

const load = (to, from, limbs) =>
  Array.from({ length: limbs }, (_, i) => `const ${to}${i} = <i64>load<i32>(${from}, ${4 * i});`).join("\n");

function addScaled({ bits, width, limbs, prime }) {
  const top = 4 * (limbs - 1);
  let out = `const q = (<i64>load<i32>(a, ${top}) + k * <i64>load<i32>(b, ${top})) >> ${bits - width * (limbs - 1)};\n`;
  for (let i = 0; i < limbs; i++) {
    const terms = [` + <i64>load<i32>(a, ${4 * i}) + k * <i64>load<i32>(b, ${4 * i})`];
    for (const [exponent, sign] of Object.entries(prime))
      if (exponent !== "0" && Math.floor(exponent / width) === i)
        terms.push(` ${sign > 0 ? "-" : "+"} (q << ${exponent % width})`);
    out += accumulate(i === 0 ? "let t = q" : `t = (t >> ${width})`, terms);
    out += `store<i32>(r, <i32>${i < limbs - 1 ? "(t & MASK)" : "t"}, ${4 * i});\n`;
  }
  return out;
}

const NOTE = "Made by tools/generate-ec.mjs; change that file and run `make generate`.";

function arithmetic(curve) {
  const { name, width, limbs } = curve;
  const square = (i, j) => (i < j ? `d${i} * a${j}` : i === j ? `a${i} * a${i}` : "");
  return `// The field of ${name.replace("P", "P-")}: ${limbs} limbs of ${width} bits, R = 2^${width * limbs}. ${NOTE}
const MASK: i64 = 0x${(2 ** width - 1).toString(16)};

/** r = a b / R modulo p. */
export function mul${name}(r: usize, a: usize, b: usize): void {
  ${load("a", "a", limbs)}
  ${load("b", "b", limbs)}
  ${columns(curve, (i, j) => `a${i} * b${j}`)}
}
/** r = a² / R modulo p. */
export function sqr${name}(r: usize, a: usize): void {
  ${load("a", "a", limbs)}
  ${Array.from({ length: limbs - 1 }, (_, i) => `const d${i} = a${i} << 1;`).join("\n")}
  ${columns(curve, square)}
}
/** r = a + k b modulo p, for k from -8 to 8; at least -p/128 and at most p + p/128. */
export function addScaled${name}(r: usize, a: usize, b: usize, k: i64): void {
  ${addScaled(curve)}
}
`;
}

function parameters() {
  let out = `// ${NOTE}
// The prime curves of NIST SP 800-186 §3.2.1.3 to §3.2.1.5, as big-endian numbers of the field's length: the prime p of the field, the
// order n of the group, b of y² = x³ - 3x + b, the base point (GX, GY); and R and R² modulo p, R being that of Montgomery's form.
`;
  for (const { name, bits, width, limbs, prime, n, b, gx, gy } of CURVES) {
    const p = Object.entries(prime).reduce((sum, [e, sign]) => sum + BigInt(sign) * (1n << BigInt(e)), 0n);
    const r = 1n << BigInt(width * limbs);
    const products = BigInt(limbs) << BigInt(2 * width);
    const digits = BigInt(Object.keys(prime).length) << BigInt(2 * width);
    if (products + digits >= 1n << 63n || r < 32n * p || p % (1n << BigInt(width)) !== (1n << BigInt(width)) - 1n)
      throw new Error(`${name}: does not fit`);
    const number = (value) => value.toString(16).padStart(2 * Math.ceil(bits / 8), "0");
    const [x, y] = [BigInt(`0x${gx}`), BigInt(`0x${gy}`)];
    if (
      [n, b, gx, gy].some((hex) => hex.length !== number(p).length) ||
      (y * y - x ** 3n + 3n * x - BigInt(`0x${b}`)) % p
    )
      throw new Error(`${name}: the base point is not on the curve`);
    const values = { P: number(p), N: n, B: b, GX: gx, GY: gy, R: number(r % p), RR: number((r * r) % p) };
    for (const [suffix, hex] of Object.entries(values))
      out += `export const ${name}_${suffix}: usize = memory.data<u8>([${hex.match(/../g).map((byte) => `0x${byte}`)}]);\n`;
  }
  return out;
}

let stale = 0;
for (const [name, raw] of [["parameters", parameters()], ...CURVES.map((c) => [c.name.toLowerCase(), arithmetic(c)])]) {
  const path = `assembly/crypto/ec/${name}.ts`;
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const text = await prettier.format(raw, { ...(await prettier.resolveConfig(file)), filepath: file });
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    stale++;
    console.error(`${path} is not what tools/generate-ec.mjs makes: run \`make generate\``);
  }
}
process.exit(stale ? 1 : 0);
