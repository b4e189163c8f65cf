// What pages and pictures have to be, whatever they show.
import { inflateSync } from "node:zlib";
import { expect } from "vitest";

/** Opening and closing tags must pair; void elements and those that close themselves do not count. */
export function unbalanced(page: string): string[] {
  const open: string[] = [];
  const alone = new Set(["meta", "br", "hr", "img", "input", "link", "!doctype"]);
  const markup = page.replaceAll(/<style>[\s\S]*?<\/style>/g, "");
  for (const [, slash, name = "", rest = ""] of markup.matchAll(/<(\/?)([a-zA-Z!][\w-]*)([^>]*)>/g)) {
    if (alone.has(name.toLowerCase()) || rest.endsWith("/")) continue;
    if (slash === "") open.push(name);
    else if (open.pop() !== name) return [`</${name}>`];
  }
  return open;
}

/** Well-formed, with nothing to load and nothing that runs. */
export function expectSvg(svg: string): void {
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
  expect(svg).toMatch(/<\/svg>\n$/);
  expect(unbalanced(svg)).toEqual([]);
  expect(svg.match(/<svg/g)?.length).toBe(1);
  for (const [, inside = ""] of svg.matchAll(/<[a-zA-Z]+([^>]*)>/g)) {
    expect(inside).toMatch(/^(?: [a-zA-Z-]+="[^"<]*")*\s*\/?$/);
  }
  expect(svg.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
  expect(svg).not.toMatch(/<script|<style|<image|href=|url\((?!#)|\son\w+=|NaN|undefined|\[object/);
  // Ground of its own: a reader's page may be dark.
  expect(svg).toMatch(/<rect [^>]*fill="#ffffff"/);
}

/** Width and height of a PNG on which something is drawn. */
export function pngSize(png: Buffer): { width: number; height: number } {
  expect(png.subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]));
  const data: Buffer[] = [];
  let at = 8;
  while (at < png.length) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  expect(new Set(inflateSync(Buffer.concat(data))).size).toBeGreaterThan(50);
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}
