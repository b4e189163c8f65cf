// What every page has to be: one file, well-formed, nothing to load.
import { expect } from "vitest";
import { unbalanced } from "./markup.ts";

export function expectPage(page: string): void {
  expect(page).toMatch(/^<!doctype html>/);
  expect(unbalanced(page)).toEqual([]);
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(["']?https?:/i);
  const tags = [...page.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, ""));
  expect(tags.filter((tag) => /\son\w+=|["']/.test(tag))).toEqual([]);
  expect(page).toContain("<svg");
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  expect(page).not.toMatch(/NaN|undefined|\[object/);
}
