// Fonts, icons and their licences, made from the pinned packages beside this file.
//
// Writes into the folder above: the fonts cut to what the site sets in them and without hinting,
// one sprite of icons, the licences, and made.sha256, the sums by which a test knows what was made.

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import subsetFont from "subset-font";

const packages = new URL("node_modules/", import.meta.url);
const made = new URL("../", import.meta.url);

// English and German, and the marks, dashes and quotes of both. The letters that Polish, Czech,
// Slovak, Hungarian, Romanian, Slovene and Croatian have besides are in the "central" files, and the
// rest is in the "ext" files. A browser fetches them only for a page that has a character of theirs
// (site.css says which).
const LATIN =
  "20-7E,A0-FF,152-153,2013-2014,2018-201A,201C-201E,2022,2026,2039-203A,20AC,2122,2212";
const CENTRAL =
  "102-107,10C-111,118-11B,139-13E,141-144,147-148,150-151,154-155,158-15B,160-161,164-165," +
  "16E-171,179-17E,218-21B";
const LATIN_EXT =
  "100-101,108-10B,112-117,11C-138,13F-140,145-146,149-14F,156-157,15C-15F,162-163,166-16D," +
  "172-178,17F-217,21C-2BA,2BD-2C5,2C7-2CC,2CE-2D7,2DD-304,308,1E00-1EFF,2020,20A0-20AB," +
  "20AD-20C0,2113";
const SERIF = { keepFeatures: ["kern", "liga", "lnum"] };
const SANS = { keepFeatures: ["kern", "tnum"], variationAxes: { wght: { min: 400, max: 700 } } };
const young = "@fontsource/young-serif/";
const figtree = "@fontsource-variable/figtree/";
const FONTS = [
  ["young-serif.woff2", `${young}files/young-serif-latin-400-normal.woff2`, LATIN, SERIF],
  ["young-serif-central.woff2", `${young}files/young-serif-latin-ext-400-normal.woff2`, CENTRAL, SERIF],
  ["young-serif-ext.woff2", `${young}files/young-serif-latin-ext-400-normal.woff2`, LATIN_EXT, SERIF],
  ["figtree.woff2", `${figtree}files/figtree-latin-wght-normal.woff2`, LATIN, SANS],
  ["figtree-central.woff2", `${figtree}files/figtree-latin-ext-wght-normal.woff2`, CENTRAL, SANS],
  ["figtree-ext.woff2", `${figtree}files/figtree-latin-ext-wght-normal.woff2`, LATIN_EXT, SANS],
];
const LICENCES = [
  ["young-serif.LICENSE", `${young}LICENSE`],
  ["figtree.LICENSE", `${figtree}LICENSE`],
  ["icons.LICENSE", "lucide-static/LICENSE"],
];
const ICONS = `
  arrow-left arrow-right badge-check bell calendar calendar-plus calendar-x check chevron-down
  chevron-left chevron-right clock copy door-open download eye eye-off globe info key-round languages
  link lock log-out mail map-pin menu message-circle pencil phone plus printer receipt search share-2
  shield-check trash-2 triangle-alert upload user video wifi-off x
`.trim().split(/\s+/);

const read = (path) => readFile(new URL(path, packages));

const characters = (ranges) =>
  ranges.split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map((each) => parseInt(each, 16));
    return Array.from({ length: last - first + 1 }, (_, n) => String.fromCodePoint(first + n));
  }).join("");

const font = async (path, ranges, options) =>
  subsetFont(await read(path), characters(ranges), {
    targetFormat: "woff2",
    noHinting: true,
    ...options,
  });

const symbol = async (name) => {
  const svg = (await read(`lucide-static/icons/${name}.svg`)).toString();
  const drawing = svg.match(/<svg[^>]*>(.*)<\/svg>/s)[1].trim().replace(/\s*\n\s*/g, "").replace(/ \/>/g, "/>");
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawing}</symbol>`;
};

const sprite = async () =>
  ['<svg xmlns="http://www.w3.org/2000/svg">', ...(await Promise.all(ICONS.map(symbol))), "</svg>", ""].join("\n");

const files = new Map();
for (const [name, path, ranges, options] of FONTS) files.set(name, await font(path, ranges, options));
for (const [name, path] of LICENCES) files.set(name, await read(path));
files.set("icons.svg", Buffer.from(await sprite()));

const sums = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(
  ([name, bytes]) => `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`,
);
files.set("made.sha256", Buffer.from(sums.join("")));
for (const [name, bytes] of files) await writeFile(new URL(name, made), bytes);
